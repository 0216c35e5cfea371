"""Fenced blocks of Markdown pages, and what their first lines say about them.

    ```console                      commands (`$ `, continued by `> `), each followed by its output
    ```console status="1"           they end with this status
    ```console numbers="vary"       any numbers and any spaces where the output has some
    ```console needs="minutes"      run by `make test-slow` (minutes, internet) or `make test-net` (root)
    ```console unrun="why not"      run by nobody, for this reason
    ```click title="router.click"   a file, written where it stands on the page
    ```click                        a piece of a configuration: it parses
    ```make from="FILE"             lines that FILE has, in this order
    ```text shows="what it is"      a form, a diagram, a protocol: nothing that a command prints

`…` stands for anything within a line, and alone on a line for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FENCE = "```"
KNOWN = {
    "console": {"status", "numbers", "needs", "unrun"},
    "click": {"title", "from"},
    "text": {"title", "shows"},
}
OTHERS = {"title", "from", "shows"}
NEEDS = {"minutes": "slow", "internet": "slow", "root": "net"}

_ATTRIBUTE = re.compile(r'\s+(\w+)="([^"]*)"')


class Wrong(Exception):
    """A page that breaks the rules; says where and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command and the lines that are shown below it, from `line` of the page."""

    line: int
    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: `line` is that of its first fence, counted from 1."""

    page: str
    line: int
    language: str
    text: str
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def marker(self) -> str:
        """The marker of the tests that run it; empty: always, `never`: no test does."""
        if "unrun" in self.attributes:
            return "never"
        return NEEDS[self.attributes["needs"]] if "needs" in self.attributes else ""

    def commands(self) -> list[Command]:
        """Return the commands of a console block with their outputs."""
        found: list[Command] = []
        for number, line in enumerate(self.text.splitlines(), self.line + 1):
            if line.startswith("$ "):
                found.append(Command(line=number, text=line[2:], shown=()))
            elif not found:
                raise Wrong(f"{self.page}:{number}: output without a command")
            elif line.startswith("> ") and not found[-1].shown:
                last = found[-1]
                found[-1] = Command(line=last.line, text=f"{last.text}\n{line[2:]}", shown=())
            else:
                last = found[-1]
                found[-1] = Command(line=last.line, text=last.text, shown=(*last.shown, line))
        return found


def blocks(page: str, text: str) -> list[Block]:
    """Return the blocks of a page; Wrong where it has code that is in no fence."""
    found: list[Block] = []
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if line.startswith(FENCE):
            found.append(_block(page, number, line, lines))
        elif line.lstrip().startswith((FENCE, "~~~")):
            raise Wrong(f"{page}:{number}: a fence begins a line, with three backticks")
        elif re.search(r"<(?:pre|code|script)\b", line):
            raise Wrong(f"{page}:{number}: code in HTML: put it between fences")
        elif line.startswith(("    ", "\t")) and line.strip():
            raise Wrong(f"{page}:{number}: indented code: put it between fences")
    return found


def _block(page: str, first: int, fence: str, lines: Iterator[tuple[int, str]]) -> Block:
    head = re.fullmatch(r"(`{3,})(\w+)((?:\s+\w+=\"[^\"]*\")*)\s*", fence)
    if head is None:
        raise Wrong(f'{page}:{first}: a fence names its language, and attributes as x="…"')
    body: list[str] = []
    for _, line in lines:
        if line.rstrip() == head[1]:
            text = "".join(f"{each}\n" for each in body)
            attributes = dict(_ATTRIBUTE.findall(head[3]))
            return Block(page=page, line=first, language=head[2], text=text, attributes=attributes)
        body.append(line)
    raise Wrong(f"{page}:{first}: the block does not end")


def pages(root: Path) -> dict[str, str]:
    """Return the text of every page that people read, by its path."""
    files = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return {str(f.relative_to(root)): f.read_text(encoding="utf-8") for f in files}
