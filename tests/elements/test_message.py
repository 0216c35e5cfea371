from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import Run, refusal, run_program

WORK = 'InfiniteSource("x", LIMIT 1, STOP true) -> Print(packet) -> Discard;'


def run(folder: Path, text: str, level: int = 3) -> Run:
    return run_program(folder, f"{text}\n{WORK}", level=level)


@pytest.mark.parametrize("level", [0, 3])
def test_what_is_said_when_the_program_starts(tmp_path: Path, level: int) -> None:
    done = run(
        tmp_path,
        'Message("first"); Message(second, MESSAGE); w :: Message("take, care", WARNING);'
        "Message(TYPE warning, MESSAGE last);",
        level,
    )
    assert done.returncode == 0
    said = done.stderr.splitlines()
    wanted = [
        "first",
        "second",
        "warning: w :: Message: take, care",
        "warning: Message@4 :: Message: last",
    ]
    assert [line for line in said if line in wanted] == wanted
    (packet,) = (n for n, line in enumerate(said) if line.startswith("packet:"))
    assert packet > said.index(wanted[-1])


@pytest.mark.parametrize("level", [0, 3])
def test_an_error_ends_the_program(tmp_path: Path, level: int) -> None:
    done = run(tmp_path, 'Message(before); e :: Message("do not run this", ERROR);', level)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == ["before", "error: e :: Message: do not run this"]


def test_texts(tmp_path: Path) -> None:
    long = "0123456789" * 500
    done = run(tmp_path, f'Message(""); Message("two\\nlines %s"); Message({long});')
    assert f"\n\ntwo\nlines %s\n{long}\n" in f"\n{done.stderr}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", ["PM0403", "MESSAGE is missing"]),
        ("several words", ["PM0404", "MESSAGE", "put it in quotes"]),
        ("text, NOTE", ["PM0404", "TYPE", "'message', 'warning' or 'error'"]),
        ("text, ERROR, more", ["PM0402", "too many arguments"]),
    ],
)
def test_refusals(arguments: str, words: list[str]) -> None:
    text = refusal(f"Message({arguments}); Idle -> Discard;")
    for word in words:
        assert word in text


def test_ports_are_refused() -> None:
    assert "PM050" in refusal("Idle -> Message(text) -> Discard;")
