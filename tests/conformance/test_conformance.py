"""The Click language by its features: each case of the text files here is a test.

How cases are written is said in `cases.py`. What they expect is Click's behaviour, whatever pmill
does; what pmill is known to do otherwise is marked, and has to be unmarked when it is mended.
"""

from __future__ import annotations

import difflib
import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from pmill.cli import main
from tests.conformance.cases import Case, read_cases

FOLDER = Path(__file__).parent
CASES = [case for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)]
# Click's last word on a router that it does not run; it names no mistake.
LAST_WORD = "Router could not be initialized!"

Capture = pytest.CaptureFixture[str]
Check = Callable[[Case, Capture], None]


def flat(case: Case, capsys: Capture) -> None:
    """What `pmill flatten` prints is as expected, and is flat itself."""
    (expected,) = case.texts("flat")
    status, out, err = run(case, capsys, "flatten")
    assert status == 0, f"{case.place}\n{err}"
    compare(case, expected, out.rstrip("\n"))
    assert main(["flatten", "-e", out]) == 0
    compare(case, out, capsys.readouterr().out)


def gcc(case: Case, capsys: Capture) -> None:
    """The first line of each message of `pmill check --format=gcc` is Click's."""
    (text,) = case.texts("messages")
    expected = [line for line in text.splitlines() if not line.startswith(("+", " "))]
    status, _, err = run(case, capsys, "check", "--format=gcc")
    said = [line for line in err.splitlines() if not line.startswith(" ")]
    compare(case, "\n".join(expected), "\n".join(said))
    assert status == failure(expected)


def click(case: Case, capsys: Capture) -> None:
    """Each line of `pmill click-check` is Click's."""
    (text,) = (*case.texts("messages"), *case.texts("click"))
    expected = [line.removeprefix("+ ") for line in text.splitlines()]
    status, _, err = run(case, capsys, "click-check")
    said = [line for line in err.splitlines() if line != LAST_WORD]
    compare(case, "\n".join(expected), "\n".join(said))
    assert status == failure(expected)


def same(case: Case, capsys: Capture) -> None:
    """Other texts give the elements the same arguments."""
    expected = arguments(case, case.config, capsys)
    for text in case.texts("same"):
        compare(case, expected, arguments(case, text, capsys))


def differs(case: Case, capsys: Capture) -> None:
    """Other texts give the elements other arguments."""
    for text in case.texts("differs"):
        assert arguments(case, case.config, capsys) != arguments(case, text, capsys), case.place


# Which section is looked at through which doors.
DOORS: dict[str, tuple[Check, ...]] = {
    "flat": (flat,),
    "messages": (gcc, click),
    "click": (click,),
    "same": (same,),
    "differs": (differs,),
    "file": (),
}


def run(case: Case, capsys: Capture, *command: str) -> tuple[int, str, str]:
    """Run a command of pmill on a case, in the working directory; return status and texts."""
    for section in case.sections:
        if section.kind == "file":
            path = Path(section.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(section.text + "\n", encoding="utf-8", newline="")
    name = case.directives.get("from")
    if name not in (None, "-"):
        Path(name).write_text(case.config + "\n", encoding="utf-8", newline="")
    words = [name] if name is not None else ["-e", case.config]
    if "clickpath" in case.directives:
        words += ["-C", case.directives["clickpath"]]
    status = main([*command, *words, *values(case)])
    out, err = capsys.readouterr()
    return status, out, err


def values(case: Case) -> list[str]:
    """Return the words of the command line that set variables."""
    return shlex.split(case.directives.get("values", ""))


def arguments(case: Case, config: str, capsys: Capture) -> str:
    """Return what the elements' arguments are in the program of a configuration."""
    Path("arguments.click").write_text(config, encoding="utf-8", newline="")
    status = main(["compile", "--emit=cpp", "arguments.click", *values(case)])
    out, err = capsys.readouterr()
    assert status == 0, f"{case.place}\n{config}\n{err}"
    found = re.findall(r"^struct (\w+) \{\n.*?^  struct Args \{\n(.*?)^  \};", out, re.M | re.S)
    assert found, f"{case.place}: no element has arguments"
    return "\n".join(f"{name}\n{body}" for name, body in found)


def failure(messages: list[str]) -> int:
    """Return the status with which a command says these messages."""
    return int(any("warning: " not in line for line in messages))


def compare(case: Case, expected: str, found: str) -> None:
    """Fail with what differs, line by line."""
    if expected != found:
        difference = difflib.unified_diff(
            expected.splitlines(), found.splitlines(), "expected", "found", lineterm="", n=99
        )
        pytest.fail(
            "\n".join((f"{case.place}: {case.title}", case.config, *difference)), pytrace=False
        )


def parameters() -> list[object]:
    """Return every case with every door through which it is to be looked at."""
    return [
        pytest.param(
            case,
            door,
            id=f"{case.feature}: {case.title} ({door.__name__})",
        )
        for case in CASES
        for kind in dict.fromkeys(section.kind for section in case.sections)
        for door in DOORS[kind]
    ]


@pytest.mark.parametrize(("case", "door"), parameters())
def test_case(
    case: Case, door: Check, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLICKPATH", raising=False)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(case.config.encode())))
    door(case, capsys)


def test_compounds_nest_only_so_deep(capsys: Capture) -> None:
    deep = "Idle -> " + "{ -> " * 5000 + "Null" + " -> }" * 5000 + " -> Discard;"
    for command in (["check", "--format=gcc"], ["click-check"]):
        assert main([*command, "-e", deep]) == 1
        err = capsys.readouterr().err
        assert "config:1: maximum compound element nesting depth exceeded" in err.splitlines()


def test_every_subtlety_has_a_case() -> None:
    numbers = {int(n) for case in CASES for n in re.findall(r"^4\.12\.(\d+) ", case.title)}
    assert numbers == set(range(1, 23))


def test_the_set_is_large_and_every_case_has_its_own_title() -> None:
    titles = [(case.feature, case.title) for case in CASES]
    assert len(titles) == len(set(titles)) >= 190
