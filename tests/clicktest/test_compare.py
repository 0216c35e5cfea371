"""Judging what a script wrote."""

from __future__ import annotations

from typing import Any

import pytest

from pmill.clicktest.compare import compare
from pmill.clicktest.diff import unified
from pmill.clicktest.model import Expectation, FormatError, Ignored, Place, Reading

PLACE = Place(file="t", line=10)


def wanted(data: str, reading: Reading = "text", **flags: Any) -> Expectation:
    return Expectation(name="o", reading=reading, data=data.encode("latin-1"), place=PLACE, **flags)


def ignored(*lines: str, reading: Reading = "text", name: str | None = None) -> Ignored:
    return Ignored(name=name, reading=reading, lines=lines, place=PLACE)


def differs(written: str, *expectations: Expectation, skip: tuple[Ignored, ...] = ()) -> bool:
    return compare("o", written.encode("latin-1"), expectations, skip) is not None


def test_blanks_do_not_count() -> None:
    assert not differs("a \n\n\nb\t\r\n", wanted("\na\nb  \n"))
    assert differs(" a\n", wanted("a\n"))


def test_blanks_count_in_verbatim_expectations() -> None:
    assert not differs("a \n", wanted("a \n", "verbatim"))
    assert differs("a\n", wanted("a \n", "verbatim"))
    assert differs("a", wanted("a\n", "verbatim"))


def test_regular_expressions() -> None:
    assert not differs("a1\nb.\n", wanted("{{[a-z]}}1\nb.\n"))
    assert not differs("a1\nbx\n", wanted("[a-z]\\d\nb.\n", "regex"))
    assert differs("a1x\n", wanted("[a-z]\\d\n", "regex")), "the whole line is meant"
    assert differs("bx\n", wanted("b.\n"))
    assert not differs("AB\n", wanted("{{ab}}\n", ignore_case=True))
    assert not differs("AB\n", wanted("ab\n", "regex", ignore_case=True))


def test_space_in_lines() -> None:
    assert not differs(" a   b,c\n", wanted("a b, c\n", ignore_space=True))


def test_lines_that_mark_subtests_do_not_count() -> None:
    assert not differs("clicktest_subtest 1\na\n", wanted("a\nclicktest_subtest 2\n"))


def test_ignored_lines() -> None:
    skip = (
        ignored("# {{.*}}"),
        ignored("x+", reading="regex", name="o"),
        ignored("y.*", reading="verbatim"),
        ignored("b", name="other"),
    )
    assert not differs("# 1\na\nxxx\ny.*\n", wanted("a\n"), skip=skip)
    assert differs("a\nb\n", wanted("a\n"), skip=skip)
    assert differs("yy\n", wanted(""), skip=skip)


def test_alternates() -> None:
    choice = (wanted("a\n"), wanted("b\n", alternate=True))
    assert not differs("a\n", *choice)
    assert not differs("b\n", *choice)
    assert differs("c\n", *choice)
    assert differs("a\n", wanted("a\n"), wanted("b\n")), "both are to be met"


def test_bytes_are_characters() -> None:
    assert not differs("\x85\xff\n", wanted("\x85\xff\n"))
    assert not differs("\xff\n", wanted("{{[\\x80-\\xff]}}\n"))


def test_the_difference_is_told() -> None:
    told = compare("o", b"a\nc\n", [wanted("a\nb{{x}}\n")], ())
    assert told == (
        "t:10: o differs from what is expected\n"
        "--- t:10: expected\n+++ o\n@@ -1,2 +1,2 @@\n a\n-b{{x}}\n+c\n"
    )


def test_a_verbatim_difference_shows_bytes() -> None:
    told = compare("o", b"a\r\nb", [wanted("a\nb\n", "verbatim")], ())
    assert told is not None
    assert told.endswith("-a\n-b\n+a\\x0d\n+b  (no end of line)\n")


def test_a_wrong_expression_is_told_with_its_line() -> None:
    with pytest.raises(FormatError, match=r"^t:12: '\(' is no regular expression"):
        compare("o", b"", [wanted("a\n{{(}}\n")], ())


def test_a_difference_shows_what_is_around_it() -> None:
    lines = [str(n) for n in range(30)]
    got = [*lines[:5], "new", *lines[5:20], *lines[21:]]
    told = unified(lines, got, lambda i, j: lines[i] == got[j])
    assert told is not None
    assert told.splitlines() == [
        *("@@ -3,6 +3,7 @@", " 2", " 3", " 4", "+new", " 5", " 6", " 7"),
        *("@@ -18,7 +19,6 @@", " 17", " 18", " 19", "-20", " 21", " 22", " 23"),
    ]
    assert unified(lines, lines, lambda i, j: i == j) is None


def test_a_large_difference_is_cut() -> None:
    told = unified(["a"] * 2000, ["b"] * 2000, lambda i, j: False)
    assert told is not None
    assert len(told.splitlines()) == 201
    assert told.endswith("(and 3801 lines more)\n")
