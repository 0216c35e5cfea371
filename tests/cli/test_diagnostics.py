"""Where messages point, and what they show of long lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostic, Source, Span


def excerpt(text: str, start: int, end: int) -> list[str]:
    span = Span(Source("x.click", text), start, end)
    return str(Diagnostic(code="PM0101", message="m", span=span)).split("\n")[1:]


def marked(lines: list[str]) -> str:
    """Return what the carets stand under."""
    first, last = lines[1].index("^"), lines[1].rindex("^") + 1
    return lines[0][first:last]


def test_a_long_line_is_shown_in_part() -> None:
    text = "a" * 500 + "WRONG" + "b" * 500
    lines = excerpt(text, 500, 505)
    assert marked(lines) == "WRONG"
    assert lines[0].startswith("    1 | ...a")
    assert lines[0].endswith("b...")
    assert len(lines[0]) < 200


def test_the_ends_of_a_long_line() -> None:
    text = "WRONG" + "b" * 500 + "ALSO"
    assert marked(excerpt(text, 0, 5)) == "WRONG"
    assert marked(excerpt(text, 505, 509)) == "ALSO"
    assert not excerpt(text, 505, 509)[0].endswith("...")


@given(st.text(alphabet="ab\n", max_size=700), st.data())
def test_lines_and_columns(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(Source("x.click", text, 5), start, end)
    before = text[:start]
    assert span.line == before.count("\n") + 5
    assert span.column == len(before) - (before.rfind("\n") + 1) + 1
    assert span.source.line(span.line) == text.split("\n")[span.line - 5]
    assert "^" in excerpt(text, start, end)[1]
