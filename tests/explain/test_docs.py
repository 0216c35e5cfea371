"""What docs/explaining.md shows is what the commands print.

Numbers may be others: they depend on the CPU and on what elements learn. `…` stands for anything.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Pmill

TEXT = (ROOT / "docs" / "explaining.md").read_text()
_BLOCK = re.compile(r"(?:^ {4}.*\n|^\n(?= {4}))+", re.MULTILINE)


def blocks() -> list[str]:
    found = [re.sub(r"^ {4}", "", m[0], flags=re.M).strip("\n") for m in _BLOCK.finditer(TEXT)]
    return [block for block in found if block]


def commands() -> Iterator[tuple[str, list[str]]]:
    for block in blocks():
        first, *lines = block.splitlines()
        if first.startswith("$ pmill "):
            yield first.removeprefix("$ pmill "), lines


def pattern(line: str) -> re.Pattern[str]:
    """A shown line: any numbers, any spaces between words, anything for `…`."""
    words = [
        r"(?:-|\d+)" if re.fullmatch(r"-|\d+", word) else re.sub(r"\d+", r"\\d+", re.escape(word))
        for word in line.split()
    ]
    words[0] = words[0] if line.split()[0] != "-" else "-"  # a note of what was refused
    loose = r"\s+".join(words)
    return re.compile(r"\s*" + loose.replace(re.escape("…"), ".*") + r"\s*")


CONFIGURATION = next(b for b in blocks() if b.startswith("in :: "))
COMMANDS = list(commands())


@pytest.mark.parametrize("line", sorted({line for line, _ in COMMANDS}))
def test_a_command_of_the_document(line: str, pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "mirror.click").write_text(f"{CONFIGURATION}\n")
    done = pmill(*shlex.split(line), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    printed = done.stdout.splitlines()
    for command, shown in COMMANDS:
        if command == line:
            check(shown, printed)
    if "--format=json" in line:
        told = json.loads(done.stdout)
        table = TEXT.partition("### As JSON")[2].partition("## pmill layout")[0]
        documented = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", table, re.M)))
        assert set(documented) == set(told)
        assert set(told["layout"]) <= set(re.findall(r"`(\w+)`", TEXT))
        for key in ("elements", "connections", "calls"):
            assert set(told[key][0]) <= set(re.findall(r"`(\w+)`", table)), key
    for name in re.findall(r"\S+\.(?:html|json)", line):
        assert (tmp_path / name).stat().st_size > 1000
    if "--manifest" in line:
        told = json.loads((tmp_path / "mirror.json").read_text())
        assert set(told) - {"pmill", "configuration"} <= set(re.findall(r"`(\w+)`", TEXT))


def check(shown: list[str], printed: list[str]) -> None:
    """Compare line by line; `…` alone is any number of lines."""
    at, anywhere = 0, False
    for line in shown:
        if line == "…":
            anywhere = True
            continue
        matches = [n for n in range(at, len(printed)) if pattern(line).fullmatch(printed[n])]
        assert matches, f"not printed: {line}"
        assert anywhere or matches[0] == at, f"not printed there: {line}"
        at, anywhere = matches[0] + 1, False


def test_the_document_shows_enough() -> None:
    assert len(COMMANDS) == 7
    assert sum(len(shown) for _, shown in COMMANDS) > 40
