"""Perl's regular expressions in Python."""

from __future__ import annotations

import pytest

from pmill.clicktest.pattern import (
    UnreadablePattern,
    has_patterns,
    regex_pattern,
    text_pattern,
    without_comments,
)


def matches(line: str, text: str, *, case: bool = False, space: bool = False) -> bool:
    return text_pattern(line, ignore_case=case, ignore_space=space).fullmatch(text) is not None


@pytest.mark.parametrize(
    ("line", "good", "bad"),
    [
        ("a{{b+}}c", "abbc", "ac"),
        ("(x) {{\\d{3}}}", "(x) 123", "(x) 12"),
        ("{{[[:alpha:]]+}}-{{[^[:digit:]x]}}", "ab-y", "ab-1"),
        ("{{(a|b)\\1}} {{(c|d)\\1}}", "aa dd", "aa dc"),
        ("{{(?<w>.)\\k<w>}}", "xx", "xy"),
        ("{{(?<w>.)\\g{w}}}", "xx", "xy"),
        ("{{(.)\\g1}}", "xx", "xy"),
        ("{{\\h+}}x", " \tx", "\nx"),
        ("{{\\Qa.b\\E.}}", "a.bc", "axbc"),
        ("{{\\x{41}\\x42\\/}}", "AB/", "ab/"),
        ("{{(?i)a}}{{b}}", "Ab", "AB"),
        ("{{(?:a|b)?+}}c", "ac", "bd"),
        ("{{.*?}}", "anything", "two\nlines"),
        ("{{\\S+\\z}}", "x", "x "),
        ("{{[\\h]}}", "\t", "h"),
        ("{{[][]}}", "[", "x"),
        ("{{[a&&[||~~]}}", "&", "\\"),
        ("{{a#b c}}", "a#b c", "ab"),
        ("a.b", "a.b", "axb"),
    ],
)
def test_translations(line: str, good: str, bad: str) -> None:
    assert matches(line, good)
    assert not matches(line, bad)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\p{L}", "'\\p', which only Perl can do"),
        (r"a\Kb", "'\\K'"),
        ("(?{ 1 })", "code"),
        ("(?R)", "recursion"),
        ("(?|a|b)", "branch reset"),
        ("(*FAIL)", "backtracking verb"),
        ("(a(?i)b)", "flags inside of a group"),
        ("[[:nonsense:]]", "[:nonsense:]"),
        ("(", "no regular expression"),
        ("\\2", "no regular expression"),
    ],
)
def test_what_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(UnreadablePattern) as caught:
        regex_pattern(pattern, ignore_case=False)
    assert why in str(caught.value)
    assert pattern in str(caught.value)


def test_case_is_ignored_in_expressions_only() -> None:
    assert matches("x{{abc}}", "xABC", case=True)
    assert not matches("x{{abc}}", "XABC", case=True)


def test_space_is_ignored_around_expressions() -> None:
    assert matches("a  b {{\\d \\d}}c", "  a b1 2  c", space=True)
    assert not matches("a b {{\\d \\d}}", "a b 12", space=True)


def test_comments() -> None:
    assert without_comments("a {{?why}}b{{c}}") == "a b{{c}}"
    assert has_patterns("{{c}}")
    assert not has_patterns("{{c")
