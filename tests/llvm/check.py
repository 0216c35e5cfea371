"""Expectations beside the text they are about, as LLVM's FileCheck reads them.

    ; CHECK: text          the text follows somewhere
    ; CHECK-NEXT: text     in the next line
    ; CHECK-SAME: text     in the same line, behind what was found before
    ; CHECK-NOT: text      nowhere between the two found around it, or to the end

`{{regex}}` stands for what it matches, `[[NAME:regex]]` for the same under a name, and `[[NAME]]`
for what was found under it. Spaces stand for any number of spaces.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"^\s*;+ *CHECK(?P<kind>-NEXT|-SAME|-NOT)?: *(?P<text>.*?) *$", re.MULTILINE)
_PART = re.compile(r"\{\{(?P<regex>.*?)\}\}|\[\[(?P<name>\w+)(?::(?P<named>.*?))?\]\]")


def check(text: str, expected: str) -> None:
    """Compare a text with the expectations in another one; AssertionError says which fails."""
    lines = _LINE.findall(expected)
    assert lines, "there are no expectations"
    names: dict[str, str] = {}
    at, forbidden = 0, list[str]()
    for suffix, wanted in lines:
        kind = f"CHECK{suffix}"
        if suffix == "-NOT":
            forbidden.append(wanted)
            continue
        start, end = at, len(text)
        if suffix == "-SAME":
            end = _line_end(text, at)
        elif suffix == "-NEXT":
            start = _line_end(text, at) + 1
            end = _line_end(text, start)
        found = re.compile(_pattern(wanted, names)).search(text, start, end)
        assert found, f"{kind}: {wanted}\nis not in\n{text[start:end]}"
        names |= {k: v for k, v in found.groupdict().items() if v is not None}
        _refuse(forbidden, names, text[at : found.start()])
        at, forbidden = found.end(), []
    _refuse(forbidden, names, text[at:])


def _refuse(forbidden: list[str], names: dict[str, str], text: str) -> None:
    for wanted in forbidden:
        assert not re.search(_pattern(wanted, names), text), f"CHECK-NOT: {wanted}\nis in\n{text}"


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _pattern(wanted: str, names: dict[str, str]) -> str:
    """The regular expression of an expectation."""
    parts, at, fresh = [], 0, set[str]()
    for part in _PART.finditer(wanted):
        parts.append(_literal(wanted[at : part.start()]))
        at = part.end()
        if part["regex"] is not None:
            parts.append(f"(?:{part['regex']})")
        elif part["named"] is not None:
            parts.append(f"(?P<{part['name']}>{part['named']})")
            fresh.add(part["name"])
        elif part["name"] in fresh:
            parts.append(f"(?P={part['name']})")
        else:
            assert part["name"] in names, f"nothing was found under the name {part['name']}"
            parts.append(re.escape(names[part["name"]]))
    return "".join([*parts, _literal(wanted[at:])])


def _literal(text: str) -> str:
    return re.sub(r"(?:\\ )+", r"[ \\t]+", re.escape(text))
