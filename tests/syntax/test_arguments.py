"""Configuration strings to arguments, words and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmill.syntax import quote, split_arguments, split_keyword, split_words, unquote
from tests.syntax.kit import text


@pytest.mark.parametrize(
    ("config", "arguments"),
    [
        ("", []),
        (" \n ", []),
        ("a", ["a"]),
        ("a, b c ,d", ["a", "b c", "d"]),
        ("a, ", ["a"]),
        ("a,,b,", ["a", "", "b"]),
        (",", [""]),
        ("f(a, b)", ["f(a", "b)"]),
        ('"a, b", \'c, d\', \\<2c 2c>', ['"a, b"', "'c, d'", "\\<2c 2c>"]),
        ('"\\", a", b', ['"\\", a"', "b"]),
        ("a // x, y\n, b", ["a", "b"]),
        ("// x's\na /* , */ b /**/", ["a b"]),
        ("12/0800 14/45, -", ["12/0800 14/45", "-"]),
        ("http://x, b", ["http:"]),
        ("a,\n# 5 \"f\"\nb", ["a", "b"]),
        ('"// no comment"', ['"// no comment"']),
        ("a /* 1 */ /* 2 */, b", ["a", "b"]),
    ],
)  # fmt: skip
def test_split_arguments(config: str, arguments: list[str]) -> None:
    found = split_arguments(text(config))
    assert [a.text for a in found] == arguments
    for argument in found:
        assert not argument.verbatim or argument.span.text == argument.text


def test_arguments_know_their_place() -> None:
    first, second = split_arguments(text("  a b,\n  // c\n  d"))
    assert (first.span.start, first.span.end) == (2, 5)
    assert (second.span.line, second.span.column) == (3, 3)
    assert second.verbatim


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ('"a b"c d', ['"a b"c', "d"]),
        ("a/* x */b \\<20 20>", ["a", "b", "\\<20 20>"]),
        ("", []),
    ],
)
def test_split_words(argument: str, words: list[str]) -> None:
    assert [w.text for w in split_words(text(argument))] == words


@pytest.mark.parametrize(
    ("argument", "keyword"),
    [
        ("BURST 32", ("BURST", "32")),
        ("BURST", None),
        ("BURST ", None),
        ("ok go  on", ("ok", "go  on")),
        ("10 20", None),
        ('"A" b', None),
        ("A.b:c?! \n x", ("A.b:c?!", "x")),
    ],
)
def test_split_keyword(argument: str, keyword: tuple[str, str] | None) -> None:
    found = split_keyword(text(argument))
    assert (found and (found[0].text, found[1].text)) == keyword


@pytest.mark.parametrize(
    ("quoted", "value"),
    [
        ("abc", "abc"),
        ('a"b c"d', "ab cd"),
        ("'a\\n$'\"\\n\\t\\$\\,\\q\"", "a\\n$\n\t$,q"),
        ('"a\\\nb"', "ab"),
        ('"\\101\\x42"', "AB"),
        ("\\<48 65 6c /* 6c */ 6c 6f 2>", "Hello"),
        ('"<\\<48>>"', "<H>"),
        ('"\\<ff>"', "\udcff"),
        ('"open', "open"),
        ("a\\b", "a\\b"),
    ],
)
def test_unquote(quoted: str, value: str) -> None:
    assert unquote(text(quoted)) == value
    assert unquote(quoted) == value


@given(st.text(st.characters(codec="utf-8")))
def test_unquote_undoes_quote(value: str) -> None:
    quoted = text(quote(value))
    assert unquote(quoted) == value
    assert [a.text for a in split_arguments(quoted)] == [quoted.text]
    assert [w.text for w in split_words(quoted)] == [quoted.text]


@given(st.text(max_size=60))
def test_any_text_can_be_split(config: str) -> None:
    for argument in split_arguments(text(config)):
        split_words(argument)
        split_keyword(argument)
        unquote(argument)
