"""`pmill doctor`: one line a thing, and under what is wrong the command that mends it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from pmill.doctor import af_xdp, compiling, running
from pmill.doctor.finding import Finding
from pmill.tools.start import Command, start_words, stray
from pmill.tools.words import Option

_COMMAND: Final = Command(
    name="pmill doctor",
    synopsis="[--json]",
    about="""\
Look at everything that compiling and running programs needs, and say what is missing and how to
get it. The status is 1 when pmill cannot work without something that is.
""",
    options=(
        Option(name="json", help="write the findings as JSON"),
        Option(name="help", help="print this text"),
    ),
)
_CHECKS: Final = (
    compiling.python,
    compiling.llvmlite,
    compiling.clang,
    compiling.lld,
    compiling.pkg_config,
    compiling.dpdk,
    compiling.drivers,
    af_xdp.libraries,
    compiling.cache,
    running.cpu,
    running.memory,
    running.hugepages,
    running.permissions,
    af_xdp.af_xdp,
    running.devices,
)


def main(argv: Sequence[str]) -> int:
    """Print what was found; 1 when something is missing that is needed."""
    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    if words.files:
        raise stray(words.files[0])
    findings = [check() for check in _CHECKS]
    if not any(f.bad for f in findings):
        findings.append(compiling.program())
    if words.has("json"):
        print(json.dumps([asdict(f) for f in findings], indent=2))
    else:
        print("".join(_lines(f) for f in findings), end="")
    return 1 if any(f.bad for f in findings) else 0


def _lines(found: Finding) -> str:
    line = f"{found.verdict:8} {found.about:12} {found.text}\n"
    return f"{line}{'':21} -> {found.advice}\n" if found.advice else line
