"""Splits the doc comments of element headers into text and `@tags`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pmill.diagnostics import Diagnostics, Span, did_you_mean

_WORD = re.compile(r"\S+")
ELEMENT_TAGS = ("group", "example", "alias", "needs", "workers")
_TAG = re.compile(r"@([a-z]+)(?:\((\d*)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """`@name(number) word word`: a fact in a doc comment that the compiler uses."""

    name: str
    number: str | None
    words: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDoc:
    """The `///<` lines of a member: its text on one line, and its tags."""

    text: str
    tags: tuple[Tag, ...]

    def has(self, name: str) -> bool:
        """Whether the tag `name` was given."""
        return any(tag.name == name for tag in self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementDoc:
    """The `///` lines above an element."""

    summary: str
    description: str
    group: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...]
    needs: tuple[str, ...]
    workers: str


def read_member_doc(
    lines: Iterable[Span], arity: Mapping[str, int], diags: Diagnostics
) -> MemberDoc:
    """Return the doc of a member; `arity` names the legal tags and how many words each takes."""
    words = [word for line in lines for word in _words(line)]
    text: list[str] = []
    tags: list[Tag] = []
    while words:
        word = words.pop(0)
        match = _TAG.fullmatch(word.text)
        if match is None:
            text.append(word.text)
            continue
        name, number = match.groups()
        if name not in arity:
            _report_unknown(name, word, arity, diags)
            continue
        taken, words = words[: arity[name]], words[arity[name] :]
        if len(taken) < arity[name]:
            diags.error("PM0208", f"'@{name}' needs {_words_count(arity[name])} after it", word)
            continue
        span = word.to(taken[-1]) if taken else word
        tags.append(Tag(name=name, number=number, words=tuple(w.text for w in taken), span=span))
    return MemberDoc(text=" ".join(text), tags=tuple(tags))


def read_element_doc(lines: Sequence[Span], name: Span, diags: Diagnostics) -> ElementDoc | None:
    """Return the doc comment of the element called `name`, or report what it lacks."""
    prose: list[str] = []
    found: dict[str, list[str]] = {tag: [] for tag in ELEMENT_TAGS}
    open_tag: list[str] | None = None  # the texts of the tag that a plain line would continue
    for line in lines:
        text = line.text.removeprefix("///").strip()
        if text.startswith("@"):
            open_tag = _read_tag(line, found, diags)
        elif text and open_tag:
            open_tag[-1] += f" {text}"
        else:
            open_tag = None
            prose.append(line.text.removeprefix("///").removeprefix(" ").rstrip())
    summary, _, description = "\n".join(prose).strip().partition("\n\n")
    if not summary:
        diags.error(
            "PM0203",
            f"element '{name.text}' has no doc comment",
            name,
            hint="write '/// What it does in one sentence.' above the struct",
        )
        return None
    if not found["group"]:
        diags.error(
            "PM0203",
            f"the doc comment of element '{name.text}' names no group",
            name,
            hint="write '/// @group NAME' above the struct",
        )
        return None
    return ElementDoc(
        summary=" ".join(summary.split()),
        description=description.strip("\n"),
        group=found["group"][-1],
        examples=tuple(found["example"]),
        aliases=tuple(word for value in found["alias"] for word in value.split()),
        needs=tuple(word for value in found["needs"] for word in value.split()),
        workers=" ".join(found["workers"]),
    )


def _read_tag(line: Span, found: Mapping[str, list[str]], diags: Diagnostics) -> list[str] | None:
    """Add the text of a `@tag text` line to those of its tag, and return these."""
    tag, _, value = line.text.removeprefix("///").strip()[1:].partition(" ")
    start = line.start + line.text.index("@")
    span = Span(line.source, start, start + 1 + len(tag))
    if tag not in found:
        _report_unknown(tag, span, found, diags)
        return None
    if not value.strip():
        diags.error("PM0203", f"'@{tag}' needs a text after it", span)
        return None
    found[tag].append(value.strip())
    return found[tag]


def _words(line: Span) -> list[Span]:
    """The words of a `///<` line, each where it stands."""
    start = line.start + len("///<")
    return [
        Span(line.source, m.start(), m.end())
        for m in _WORD.finditer(line.source.text, start, line.end)
    ]


def _words_count(count: int) -> str:
    return "one word" if count == 1 else f"{count} words"


def _report_unknown(name: str, span: Span, known: Iterable[str], diags: Diagnostics) -> None:
    names = sorted(known)
    legal = "known here: " + ", ".join(f"@{n}" for n in names)
    diags.error("PM0208", f"unknown tag '@{name}'", span, hint=did_you_mean(name, names) or legal)
