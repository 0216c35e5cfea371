"""Builds the nodes while the parser reduces: one method per rule of grammar/ipfilter.lark."""

# The methods say what their rules say: no docstrings.
# ruff: noqa: D102

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lark import Token, Transformer

from pmill.elaborate.ippattern import nodes


@dataclass(frozen=True, slots=True)
class _Direction:
    way: nodes.Direction
    word: nodes.Word


@dataclass(frozen=True, slots=True)
class _Mask:
    word: nodes.Word


@dataclass(frozen=True, slots=True)
class _Netmask:
    word: nodes.Word


@dataclass(frozen=True, slots=True)
class _Kind:
    word: nodes.Word


_PROTOCOLS = ("TCP", "UDP", "ICMP")
_FAMILIES = ("IP", "ETHER")


def word_of(token: Token) -> nodes.Word:
    """Return a token as a node."""
    start = token.start_pos or 0
    return nodes.Word(text=str(token), start=start, end=start + len(token))


def _deep(*parts: nodes.Node) -> int:
    return 1 + max(part.depth for part in parts)


class Builder(Transformer[Token, Any]):
    """Callbacks of the parser; children are tokens and the nodes of the rules below."""

    def everything(self, _: list[Any]) -> nodes.Constant:
        return nodes.Constant(value=True)

    def nothing(self, _: list[Any]) -> nodes.Constant:
        return nodes.Constant(value=False)

    def constant(self, children: list[Token]) -> nodes.Constant:
        return nodes.Constant(value=children[0].type == "TRUE")

    def choice(self, children: list[nodes.Node]) -> nodes.Choice:
        condition, then, otherwise = children
        return nodes.Choice(
            condition=condition, then=then, otherwise=otherwise, depth=_deep(*children)
        )

    def any_of(self, children: list[nodes.Node]) -> nodes.AnyOf:
        return nodes.AnyOf(parts=tuple(children), depth=_deep(*children))

    def all_of(self, children: list[nodes.Node]) -> nodes.AllOf:
        return nodes.AllOf(parts=tuple(children), depth=_deep(*children))

    def negation(self, children: list[nodes.Node]) -> nodes.Negation:
        return nodes.Negation(part=children[0], depth=_deep(*children))

    def group(self, children: list[nodes.Node]) -> nodes.Node:
        return children[0]

    def protocol(self, children: list[Any]) -> nodes.Protocol:
        qualifiers = _qualifiers(children)
        start, end = qualifiers.words[0].start, qualifiers.words[-1].end
        return nodes.Protocol(qualifiers=qualifiers, start=start, end=end)

    def flag(self, children: list[Any]) -> nodes.Flag:
        qualifiers, name = _qualifiers(children[:-1]), word_of(children[-1])
        start = qualifiers.words[0].start if qualifiers.words else name.start
        return nodes.Flag(qualifiers=qualifiers, name=name, start=start, end=name.end)

    def comparison(self, children: list[Any]) -> nodes.Comparison:
        return _comparison(children)

    def direction(self, children: list[Token]) -> _Direction:
        return _Direction("src" if children[0].type == "SRC" else "dst", word_of(children[0]))

    def either_end(self, children: list[Token]) -> _Direction:
        return _Direction("src or dst", _covering(children))

    def both_ends(self, children: list[Token]) -> _Direction:
        return _Direction("src and dst", _covering(children))

    def kind(self, children: list[Token]) -> _Kind:
        return _Kind(word_of(children[0]))

    def mask(self, children: list[Token]) -> _Mask:
        return _Mask(word_of(children[0]))

    def netmask(self, children: list[Token]) -> _Netmask:
        return _Netmask(word_of(children[0]))

    def bytes(self, children: list[Token]) -> nodes.Bytes:
        words = [word_of(token) for token in children[1:]]
        place = nodes.Word(
            text=":".join(word.text for word in words), start=words[0].start, end=words[-1].end
        )
        return nodes.Bytes(base=word_of(children[0]), place=place)


def _covering(tokens: Sequence[Token]) -> nodes.Word:
    first, last = word_of(tokens[0]), word_of(tokens[-1])
    return nodes.Word(text=first.text, start=first.start, end=last.end)


def _qualifiers(children: Sequence[Any]) -> nodes.Qualifiers:
    """Sort qualifiers by what they say; of two that exclude each other the first counts."""
    found: dict[str, Any] = {}
    words: list[nodes.Word] = []
    twice: nodes.Word | None = None
    for child in children:
        if isinstance(child, _Direction):
            slot, value, word = "direction", str(child.way), child.word
        else:
            slot = "protocol" if child.type in _PROTOCOLS else "family"
            value, word = str(child), word_of(child)
        words.append(word)
        if found.setdefault(slot, value) != value:
            twice = twice or word
    return nodes.Qualifiers(twice=twice, words=tuple(words), **found)


def _comparison(children: Sequence[Any]) -> nodes.Comparison:
    """Tell the parts of a comparison apart: the value is the last token that is not a netmask."""
    rest = list(children)
    netmask = rest.pop().word if isinstance(rest[-1], _Netmask) else None
    value = word_of(rest.pop())
    relation = mask = subject = None
    if rest and isinstance(rest[-1], Token) and rest[-1].type == "RELATION":
        relation = word_of(rest.pop())
    if rest and isinstance(rest[-1], _Mask):
        mask = rest.pop().word
    if rest and isinstance(rest[-1], _Kind):
        subject = rest.pop().word
    elif rest and isinstance(rest[-1], nodes.Bytes):
        subject = rest.pop()
    qualifiers = _qualifiers(rest)
    inner = [
        *qualifiers.words,
        subject.base if isinstance(subject, nodes.Bytes) else subject,
        mask,
        relation,
        value,
    ]
    return nodes.Comparison(
        qualifiers=qualifiers,
        subject=subject,
        mask=mask,
        relation=relation,
        value=value,
        netmask=netmask,
        start=next(word.start for word in inner if word is not None),
        end=(netmask or value).end,
    )
