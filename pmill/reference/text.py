"""From the texts of the program to Markdown that shows what they say."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

_FENCE = "```"
# Code is left alone: between fences, and between backquotes.
_CODE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_OPENING = re.compile(r'(`{3,})(\w+)((?:\s+\w+="[^"]*")*)\s*')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_TAG = re.compile(r"<(?=[A-Za-z/!])")
_PAGE = re.compile(r"`docs/([\w/.-]+\.md)`")
_DECISION = re.compile(r"(?<![\w/])docs/adr/(\d{4})(?![\w-])")


def fenced(text: str, language: str = "text") -> str:
    """Put indented code, and what a reader of docstrings knows by `::`, between fences."""
    lines: list[str] = []
    for paragraph in re.split(r"\n{2,}(?=\S)", text.strip("\n")):
        head, code = _divide(paragraph)
        if code:
            lines.append(head.rstrip().removesuffix("::") + (":" if head.endswith("::") else ""))
            body = re.sub(r"^ {4}", "", code, flags=re.MULTILINE).strip("\n")
            lines.append(f"{_FENCE}{language}\n{body}\n{_FENCE}")
        else:
            lines.append(paragraph)
    return "\n\n".join(line for line in lines if line) + "\n"


def _divide(paragraph: str) -> tuple[str, str]:
    """Cut a paragraph where its indented lines begin, if it ends with such."""
    found = re.search(r"(?:\A|\n\n)(?= {4})", paragraph)
    if found is None:
        return paragraph, ""
    return paragraph[: found.start()], paragraph[found.end() :]


def plain(text: str) -> str:
    """Keep what looks like a tag of HTML from being one."""
    pieces = _CODE.split(text)
    return "".join(p if p[:1] == "`" else _TAG.sub("&lt;", p) for p in pieces)


def linked(text: str, page: str, root: Path) -> str:
    """Make links of the names of other pages outside of code: `docs/nic.md`, docs/adr/0015."""
    folder = posixpath.dirname(page) or "."

    def page_link(found: re.Match[str]) -> str:
        if not (root / "docs" / found[1]).is_file():
            return found[0]
        return f"[{found[1]}]({posixpath.relpath(found[1], folder)})"

    def decision_link(found: re.Match[str]) -> str:
        files = sorted((root / "docs" / "adr").glob(f"{found[1]}-*.md"))
        if not files:
            return found[0]
        target = posixpath.relpath(f"adr/{files[0].name}", folder)
        return f"[decision {int(found[1])}]({target})"

    def link(piece: str) -> str:
        if piece.startswith(_FENCE):
            return piece
        return (
            _PAGE.sub(page_link, piece) if piece[:1] == "`" else _DECISION.sub(decision_link, piece)
        )

    return "".join(link(piece) for piece in _CODE.split(text))


def for_readers(text: str) -> str:
    """Leave out what fences say to the tests of the documentation.

    Readers see the titles of files, and why a command is not run.
    """
    lines = []
    fence = reason = ""  # of the block that a line is in
    for line in text.splitlines():
        opening = None if fence else _OPENING.fullmatch(line)
        if opening is not None:
            fence, said = opening[1], dict(_ATTRIBUTE.findall(opening[3]))
            reason = said.get("unrun", "")
            title = f' title="{said["title"]}"' if "title" in said else ""
            lines.append(f"{fence}{opening[2]}{title}")
            continue
        lines.append(line)
        if fence and line.rstrip() == fence:
            if reason:
                lines += ["", f"*Not run by the tests: {reason}.*"]
            fence = reason = ""
    return "\n".join(lines) + "\n"
