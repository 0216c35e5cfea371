"""Makes profiles: compiles a program that counts, and runs it on captures."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pmill.diagnostics import Diagnostics, Source, fail
from pmill.driver import Progress, analyse, compile_config
from pmill.options import CompileOptions
from pmill.profile import Profile, ProfileError

_SECONDS: Final = 10.0
"""When a program ends that would not end by itself."""
_STATISTICS: Final = b'{\n  "program"'


def with_profile(
    source: Source,
    options: CompileOptions,
    files: Sequence[str],
    diags: Diagnostics,
    progress: Progress,
) -> CompileOptions:
    """Return the options with the profile that files give.

    One that holds a saved profile is read, any other is a capture, `[PORT=]FILE`, on which the
    program is run. Raises DiagnosticError (PM0645) for what is neither.
    """
    if not files:
        return options
    saved = [name for name in files if _is_text(name)]
    if not saved:
        return replace(options, profile=collect(source, options, files, diags, progress))
    if len(files) > 1:
        hint = "give either captures or one saved profile"
        raise fail("PM0645", f"'{saved[0]}' cannot be combined with other files", hint=hint)
    try:
        return replace(options, profile=Profile.read(Path(saved[0]).read_text()))
    except (OSError, UnicodeError) as error:
        raise fail("PM0645", f"cannot read '{saved[0]}': {error}") from None
    except ProfileError as error:
        hint = "pmill profile CONFIG --pcap TRACE -o FILE makes one"
        raise fail("PM0645", f"'{saved[0]}' is no profile: {error}", hint=hint) from None


def collect(
    source: Source,
    options: CompileOptions,
    captures: Sequence[str],
    diags: Diagnostics,
    progress: Progress,
) -> Profile:
    """Run a counting program on captures, `[PORT=]FILE`, and return what it counted.

    What the configuration does beside handling packets, such as writing files, it does.
    """
    from pmill.run.execute import run_command

    product = compile_config(source, _counting(options), Diagnostics(), progress=progress)
    assert product.program is not None, "a compilation to exe makes a program"
    assert product.report is not None, "a program has a report"
    progress("running on the trace")
    command = run_command(
        product.program,
        ports=product.report["ports"],
        drivers=product.report["model"]["ports"],
        captures=captures,
        duration=_SECONDS,
        stats="json",
        diags=diags,
    )
    done = subprocess.run(command, capture_output=True, check=False)
    at = done.stdout.rfind(_STATISTICS)
    if done.returncode != 0 or at < 0:
        said = done.stderr.decode(errors="replace").strip()
        raise fail("PM0646", f"no profile could be made: the program failed\n{said}")
    return _profile(json.loads(done.stdout[at:]), _owners(source, options))


def _counting(options: CompileOptions) -> CompileOptions:
    """Return the options of the counting program: every element is there, and every call direct."""
    from pmill import passes

    others = {p.name for p in passes.DEFAULT} - {"devirtualize"}
    return replace(options, level=1, disabled=frozenset(others), profile=None, counted=True)


def _owners(source: Source, options: CompileOptions) -> Mapping[str, tuple[int, ...]]:
    """Return the rule of each step in which the counting program counts, by element."""
    from pmill.graph import counting

    return counting(analyse(source, options, Diagnostics()))[1]


def _profile(statistics: dict[str, Any], owners: Mapping[str, tuple[int, ...]]) -> Profile:
    found = {
        f"{c['from']}[{c['output']}]" if c["push"] else f"[{c['input']}]{c['to']}": c["packets"]
        for c in statistics["connections"]
    }
    rules = {
        name: _hits(counts, owners[name])
        for name, counts in statistics.get("decisions", {}).items()
    }
    return Profile(
        packets=statistics["packets"],
        connections=MappingProxyType(found),
        rules=MappingProxyType(rules),
    )


def _hits(counts: Sequence[int], owners: Sequence[int]) -> tuple[int, ...]:
    """Add up the packets that left a program in the steps of each rule.

    A step of a rule only lets go of packets that match it; those for which there is no rule leave
    in the last step, which belongs to none.
    """
    hits = [0] * (owners[-1] + 1)
    for count, owner in zip(counts, owners, strict=True):
        hits[owner] += count
    return tuple(hits[:-1])


def _is_text(name: str) -> bool:
    """Whether a file looks like JSON; captures never do."""
    try:
        with Path(name).open("rb") as file:
            return file.read(64).lstrip()[:1] == b"{"
    except OSError:
        return False
