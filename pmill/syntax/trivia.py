"""What a text holds beside its tokens: comments, line directives, line breaks and blank lines.

The tree knows nothing of them; whoever prints a tree as its author laid it out asks here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from pmill.diagnostics import Source, Span
from pmill.syntax.scan import comment_starts, skip_comment

_BREAK = re.compile(r"\r\n|\r|\n")
_BLANK = " \t\r\n\f\v"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment, or a line directive, and how it stands among the tokens around it.

    `starts_line`: nothing stands before it in its line; `ends_line`: no token stands behind it.
    `before` is where the next token begins.
    """

    text: str
    start: int
    starts_line: bool
    ends_line: bool
    before: int

    @property
    def fills_line(self) -> bool:
        """Whether nothing can follow it in the same line."""
        return self.text.startswith(("//", "#"))

    @property
    def is_directive(self) -> bool:
        """Whether it is a line directive, which must stand in the first column."""
        return self.text.startswith("#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trivia:
    """The trivia of one text, in which all positions are characters from its beginning.

    `firsts` are the positions of tokens before which a line was broken, `bars` those of all `||`.
    """

    text: str = ""
    comments: tuple[Comment, ...] = ()
    firsts: frozenset[int] = frozenset()
    bars: tuple[int, ...] = ()

    @property
    def newline(self) -> str:
        """How the text breaks its lines, judged by the last."""
        last = max(self.text.rfind("\n"), self.text.rfind("\r"))
        return "\r\n" if last > 0 and self.text[last - 1 : last + 1] == "\r\n" else "\n"

    def start(self, span: Span) -> int:
        """Return where a span begins; after a line directive its source is a rest of the text."""
        return len(self.text) - len(span.source.text) + span.start

    def end(self, span: Span) -> int:
        """Return where a span ends."""
        return len(self.text) - len(span.source.text) + span.end

    def follows_blank_line(self, at: int) -> bool:
        """Return whether the line before what stands at `at` is blank."""
        start = at
        while start > 0 and self.text[start - 1 : start] in _BLANK:
            start -= 1
        return len(_BREAK.findall(self.text, start, at)) > 1

    def next_bars(self, at: int) -> int:
        """Return where the first `||` from `at` on stands."""
        found = bisect_left(self.bars, at)
        return self.bars[found] if found < len(self.bars) else at


NO_TRIVIA = Trivia()


def trivia_of(source: Source) -> Trivia:
    """Return the trivia of a text that parses without errors."""
    from pmill.syntax.lexer import LINE, UNTERMINATED_COMMENT, tokens_of
    from pmill.syntax.parser import click_parser

    text = source.text
    comments: list[Comment] = []
    firsts: set[int] = set()
    bars: list[int] = []
    pieces: list[tuple[int, int]] = []  # comments and directives since the last token
    end = after = 0  # of the last token; of the last token or directive
    for token in tokens_of(click_parser().parse_interactive(text)):
        assert token.start_pos is not None
        assert token.end_pos is not None
        if token.start_pos < after:
            continue  # a directive in a configuration string
        if token.type == UNTERMINATED_COMMENT:
            break  # it ends with the text
        pieces += _comments(text, after, token.start_pos)
        after = token.end_pos
        if token.type == LINE:
            pieces.append((token.start_pos, after))
            continue
        gap = _Gap(text, end, token.start_pos, pieces)
        comments += gap.comments()
        if gap.breaks(0):
            firsts.add(token.start_pos)
        if token.type == "BARS":
            bars.append(token.start_pos)
        end, pieces = after, []
    pieces += _comments(text, after, len(text))
    comments += _Gap(text, end, len(text), pieces).comments()
    return Trivia(text=text, comments=tuple(comments), firsts=frozenset(firsts), bars=tuple(bars))


def _comments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the comments between two tokens begin and end."""
    at = start
    while at < end:
        if comment_starts(text, at):
            after = skip_comment(text, at) or end
            yield at, after
            at = after
        else:
            at += 1


class _Gap:
    """What stands between two tokens: blanks, and comments with blanks around each."""

    def __init__(self, text: str, start: int, end: int, pieces: list[tuple[int, int]]) -> None:
        self.text = text
        self.end = end
        self.pieces = pieces
        starts = [*(piece[0] for piece in pieces), end]
        ends = [start, *(piece[1] for piece in pieces)]
        self.broken = [
            _BREAK.search(text, a, b) is not None for a, b in zip(ends, starts, strict=True)
        ]
        self.broken[0] |= start == 0
        self.broken[-1] |= end == len(text)

    def breaks(self, number: int) -> bool:
        """Return whether a line is broken somewhere from the blanks of that number on."""
        return any(self.broken[number:])

    def comments(self) -> Iterator[Comment]:
        """Yield the comments."""
        for number, (start, end) in enumerate(self.pieces):
            yield Comment(
                text=self.text[start:end].rstrip(),
                start=start,
                starts_line=self.broken[number],
                ends_line=self.breaks(number + 1),
                before=self.end,
            )
