"""The format of test files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.clicktest.model import ClickTest, FormatError
from pmill.clicktest.parser import parse_file


def parsed(tmp_path: Path, text: str | bytes) -> list[ClickTest]:
    path = tmp_path / "t.clicktest"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return parse_file(path)


def one(tmp_path: Path, text: str | bytes) -> ClickTest:
    (test,) = parsed(tmp_path, text)
    return test


def test_sections(tmp_path: Path) -> None:
    test = one(
        tmp_path,
        "# a comment\n! another\n%info\nabout\n%require -q\ntrue\n%script\necho a\n"
        "%file in dir/in2\nx\n%expect stdout\na\n%ignorex stderr\n.*\n%cut\nanything\n",
    )
    assert test.info == "about"
    assert [s.text for s in test.requires] == ["true\n"]
    assert test.quiet_requires
    assert test.script.text == "echo a\n"
    assert test.script.place.line == 8
    assert [(f.name, f.data) for f in test.files] == [("in", b"x\n"), ("dir/in2", b"x\n")]
    assert [(e.name, e.reading, e.data) for e in test.expectations] == [("stdout", "text", b"a\n")]
    assert [(i.name, i.reading, i.lines) for i in test.ignored] == [("stderr", "regex", (".*",))]
    assert test.written() == {"stdout", "stderr"}


@pytest.mark.parametrize(
    ("section", "kind", "name"),
    [
        ("%stdin", "file", "stdin"),
        ("%input", "file", "stdin"),
        ("%stdout", "expect", "stdout"),
        ("%output", "expect", "stdout"),
        ("%stderr", "expect", "stderr"),
    ],
)
def test_short_names(tmp_path: Path, section: str, kind: str, name: str) -> None:
    test = one(tmp_path, f"%script\n:\n{section}\nx\n")
    found = test.files if kind == "file" else test.expectations
    assert [f.name for f in found] == [name]


@pytest.mark.parametrize(
    ("section", "reading"),
    [
        ("%expect", "text"),
        ("%expectx", "regex"),
        ("%expectv", "verbatim"),
        ("%verbatim", "verbatim"),
        ("%expect -e", "verbatim"),
    ],
)
def test_readings(tmp_path: Path, section: str, reading: str) -> None:
    test = one(tmp_path, f"%script\n:\n{section} o\nYWI=\n")
    assert [e.reading for e in test.expectations] == [reading]


def test_flags(tmp_path: Path) -> None:
    test = one(tmp_path, "%script\n:\n%expect -a -iw -d o\n>a\n>\n>b\n")
    (e,) = test.expectations
    assert (e.alternate, e.ignore_case, e.ignore_space, e.data) == (True, True, True, b"a\n\nb\n")


def test_base64_and_escapes(tmp_path: Path) -> None:
    test = one(tmp_path, "%script\n:\n%file -e b\nAAEC\n/w==\n%file p\n\\%a\n\\\\%b\n")
    assert [f.data for f in test.files] == [b"\0\1\2\xff", b"%a\n\\\\%b\n"]


def test_a_length_takes_bytes_as_they_are(tmp_path: Path) -> None:
    test = one(tmp_path, b"%script\n:\n%file +7 a\n%b\n\xff\\%c%file b\nx\n")
    assert [f.data for f in test.files] == [b"%b\n\xff\\%c", b"x\n"]


def test_an_ignore_without_a_name_is_for_all_files(tmp_path: Path) -> None:
    test = one(tmp_path, "%script\n:\n%ignore\na\n\n%ignorev all\nb\n%ignorex x y\nc\n")
    assert [i.name for i in test.ignored] == [None, None, "x", "y"]
    assert test.ignored[0].lines == ("a",)


def test_several_tests_and_the_end_of_a_file(tmp_path: Path) -> None:
    tests = parsed(tmp_path, "%script\na\n%eot\n%script\nb\n%eot\n%eof\n%nonsense\n")
    assert [t.script.text for t in tests] == ["a\n", "b\n"]
    assert [t.name[-3:] for t in tests] == ["[1]", "[2]"]


def test_an_included_file(tmp_path: Path) -> None:
    (tmp_path / "more").write_text("%file a\nx\n%eof\nrest\n")
    test = one(tmp_path, "%script\n:\n%include more\n%stdout\n")
    assert [f.name for f in test.files] == ["a"]
    assert test.files[0].place.file.endswith("more")
    assert len(test.expectations) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%script\n:\n%nonsense\n", "t.clicktest:3: there is no section %nonsense"),
        ("%script\n:\n%%\n", "t.clicktest:3: this is no section: %%"),
        ("%file a\n", "t.clicktest: there is no %script"),
        ("%script\n:\n%file\n", "t.clicktest:3: %file names no file"),
        ("%script\n:\n%file ../a\n", "t.clicktest:3: '../a' cannot be a test's file"),
        ("%script\n:\n%file /a\n", "t.clicktest:3: '/a' cannot be a test's file"),
        ("%script\n:\n%file a//b\n", "t.clicktest:3: 'a//b' cannot be a test's file"),
        ("%script\n:\n%file a\0b\n", "t.clicktest:3: 'a\0b' cannot be a test's file"),
        ("%script\n:\n%file -q a\n", "t.clicktest:3: %file has no option -q"),
        ("%script\n:\n%file +9 a\nx\n", "t.clicktest:3: %file has 9 bytes, 2 follow"),
        ("%script\n:\n%file -e a\n!\n", "t.clicktest:3: this is no base64"),
        ("%script\n:\n%include\n", "t.clicktest:3: %include takes the name of one file"),
        ("%script\n:\n%include none\n", "t.clicktest:3: cannot read '"),
        ("%script\n:\n%include t.clicktest\n", "t.clicktest:3: %include goes too deep"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        parsed(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/{message}")
