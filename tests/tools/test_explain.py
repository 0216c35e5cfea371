"""`pmill explain`: every code has a story, and what the stories say is true."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from pmill.cli import _DOORS, main
from pmill.resources import explanations_dir
from pmill.tools.explain import STAGES, codes
from tests.conftest import ROOT, Pmill

CODES = list(codes())
SIDES = ("Wrong", "Right")
CONFIG = "router.click"
COMMANDS = {*_DOORS, "compile", "run", "profile", "elements", "passes", "demo"}
# What a story says in front of an indented text; without a name it is the configuration's.
_LABEL = re.compile(
    r"^(?P<side>Wrong|Right|With)(?:, in)?(?: (?P<file>[\w./]+))?:\n"
    r"(?P<untried>(?:<!-- untried: [^\n]+ -->\n)?)\n"
    r"(?P<text>(?:(?: {4}[^\n]*)?\n)+)",
    re.MULTILINE,
)
_COMMAND = re.compile(r"\$ (?P<environment>(?:\w+=\S+ )*)pmill (?P<words>[^\n]+)\n\Z")
_SAID = re.compile(r"\b(error|warning)\[(PM\d{4})\]")
_STRUCT = re.compile(r"^struct (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a story shows: files, and a command; `untried`: it cannot be run by a test."""

    files: dict[str, str]
    environment: dict[str, str]
    command: list[str]
    untried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command returned and said."""

    status: int
    said: list[tuple[str, str]]
    text: str


def text_of(code: str) -> str:
    return (explanations_dir() / f"{code}.md").read_text(encoding="utf-8")


@cache
def examples(code: str) -> dict[str, Example]:
    """Return the wrong and the right example of a story."""
    blocks = [m.groupdict() for m in _LABEL.finditer(text_of(code))]
    return {side: _example([b for b in blocks if b["side"] in (side, "With")]) for side in SIDES}


def _example(blocks: list[dict[str, str]]) -> Example:
    files: dict[str, str] = {}
    environment: dict[str, str] = {}
    command: list[str] = []
    for block in blocks:
        text = re.sub(r"^ {4}", "", block["text"].rstrip() + "\n", flags=re.MULTILINE)
        if found := _COMMAND.fullmatch(text):
            environment = dict(word.split("=", 1) for word in found["environment"].split())
            command = shlex.split(found["words"])
        elif not text.startswith("$"):
            files[block["file"] or CONFIG] = text
    headers = [_STRUCT.findall(text) for name, text in files.items() if name.endswith(".hh")]
    if CONFIG not in files:  # any that uses the elements
        files[CONFIG] = " -> ".join(["Idle", *(structs[-1] for structs in headers), "Discard;\n"])
    return Example(
        files=files,
        environment=environment,
        command=command or ["check", *(["-I", "."] if headers else []), CONFIG],
        untried=any(block["untried"] for block in blocks),
    )


def tried(side: str) -> list[str]:
    return [code for code in CODES if not examples(code)[side].untried]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Example], Run]:
    """Run an example, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLICKPATH", raising=False)

    def run_it(example: Example) -> Run:
        for name, text in example.files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text)
        for name, value in example.environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = main(example.command)
        text = capsys.readouterr().err
        return Run(status=status, said=_SAID.findall(text), text=text)

    return run_it


# --- the stories ----------------------------------------------------------------------------------


def test_every_code_has_a_story_and_every_story_a_code() -> None:
    files = [*(ROOT / "pmill").rglob("*.py")]
    for folder in ("runtime", "templates"):
        files += [p for p in (ROOT / folder).rglob("*") if p.is_file()]
    raised = {code for f in files for code in re.findall(r"PM\d{4}", f.read_text())}
    assert raised == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_form(code: str) -> None:
    text = text_of(code)
    assert re.match(rf"# {code}: [^\n.]{{10,72}}\n\n[^ ]", text)
    assert text == re.sub(r" +$|\n{3,}", "", text, flags=re.MULTILINE).rstrip("\n") + "\n"
    assert 10 < len(text.splitlines()) < 80
    assert max(map(len, text.splitlines())) <= 92
    assert set(re.findall(r"PM\d{4}", text)) <= set(CODES), "it names a code that there is not"
    assert "\n    " not in _LABEL.sub("", text), "an example that is neither wrong nor right"
    shown = {m["side"]: m["text"] for m in _LABEL.finditer(text)}
    assert shown["Wrong"] != shown["Right"]
    typed = [line for line in text.splitlines() if line.startswith("    $ ")]
    words = {word for line in typed for word in re.findall(r"(?<!/)\bpmill ([a-z-]+)\b", line)}
    assert words <= COMMANDS, "it shows a command that there is not"


def test_few_examples_are_not_tried() -> None:
    """Those that take a compiler, DPDK or a measurement, and few others."""
    untried = {code for code in CODES if examples(code)["Wrong"].untried}
    assert {code for code in untried if code < "PM07"} == {
        "PM0215",
        "PM0216",
        "PM0408",
        "PM0645",
        "PM0646",
        "PM0647",
    }


@pytest.mark.parametrize("code", tried("Wrong"))
def test_wrong_example_is_reported(code: str, run: Callable[[Example], Run]) -> None:
    done = run(examples(code)["Wrong"])
    kind = "error" if done.status else "warning"
    assert (kind, code) in done.said, done.text
    assert {c for _, c in done.said} == {code}, done.text
    assert kind == "error" or "warning" in text_of(code), "it does not say that it is a warning"


@pytest.mark.parametrize("code", tried("Right"))
def test_right_example_is_right(code: str, run: Callable[[Example], Run]) -> None:
    done = run(examples(code)["Right"])
    assert (done.status, done.said) == (0, []), done.text


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["PM0301", "pm0301", "0301", "301", "Pm301"])
def test_forms_of_a_code(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", word]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("PM0301: there is no element class of this name\n\n")
    assert "\nWrong:\n\n    Idle -> Discrad;\n\nRight:\n\n    Idle -> Discard;\n" in shown


def test_several_codes_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "PM0502", "301", "PM0301"]) == 0
    shown = capsys.readouterr().out
    assert re.findall(r"^PM\d{4}", shown, re.MULTILINE) == ["PM0502", "PM0301"]


def test_comments_of_a_story_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "<!-- untried" in text_of("PM0708")
    assert main(["explain", "PM0708"]) == 0
    shown = capsys.readouterr().out
    assert "untried" not in shown
    assert "\nWrong:\n\n    $ pmill compile router.click" in shown


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[2:8] for line in lines if line.startswith("  PM")] == CODES
    at = lines.index(f"PM03xx: {STAGES[3]}")
    assert lines[at + 2] == "  PM0301  there is no element class of this name"
    assert {int(code[2:4]) for code in CODES} == set(STAGES)


def test_unknown_codes(pmill: Pmill) -> None:
    done = pmill("explain", "PM0315", "PM0301", "Queue")
    assert (done.returncode, done.stdout) == (1, "")
    first, hint, second, _ = done.stderr.splitlines()
    assert first == "error[PM0801]: no message has the code PM0315"
    assert hint == "  hint: the nearest are " + "; ".join(
        f"{code}, {codes()[code]}" for code in ("PM0312", "PM0313", "PM0314")
    )
    assert second == "error[PM0801]: 'Queue' is no code of a message"


def test_only_explain_takes_codes(pmill: Pmill) -> None:
    done = pmill("PM0301")
    assert done.returncode == 2
    assert "invalid choice: 'PM0301'" in done.stderr


@pytest.mark.parametrize("word", ["CODE=301", "--all"])
def test_other_words(word: str, pmill: Pmill) -> None:
    done = pmill("explain", word)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("pmill explain: ")


def test_help(pmill: Pmill) -> None:
    done = pmill("explain", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: pmill explain [CODE]... | FILE [OPTION]...\n")


def test_stories_are_part_of_the_package() -> None:
    """So an installed wheel has them."""
    assert explanations_dir() == ROOT / "pmill" / "explanations"
    assert 'packages = ["pmill"]' in (ROOT / "pyproject.toml").read_text()
