"""The values of an element's Spec, taken out of the tree of its header: kinds, codes, texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from lark import Token, Tree

from pmill.elements.arguments import integer
from pmill.elements.spec import WorkersWord

_PORTS = re.compile(r"(?:\d+|\d*-\d*)(?:/(?:\d+|\d*-\d*|=?\++|=))?")
_PROCESSING = re.compile(r"[ahl]+(?:/[ahl]+)?")
_WORKERS = re.compile("any|each|flow|one")
_SHARES = re.compile(r"(?:(?:stderr|random|target)(?: (?!$)|$))*")
_PORT_CODE = r"(?:[A-Za-z#]|\[\^?[A-Za-z#]+\])+"
_FLOW = re.compile(rf"{_PORT_CODE}(?:/{_PORT_CODE})?")
CODES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "ports": (_PORTS, "inputs/outputs, each a count or a range: '1/1-2', '-/-'"),
    "processing": (_PROCESSING, "inputs/outputs, a letter a port: h push, l pull, a agnostic"),
    "flow": (_FLOW, "inputs/outputs in Click's port codes: 'x/x', 'xy/x', '#/[^#]'"),
    "shares": (_SHARES, "words of 'stderr', 'random' and 'target'"),
    "workers": (_WORKERS, "'any', 'each', 'flow' or 'one'"),
}
KINDS: Mapping[str, str] = {
    **dict.fromkeys(CODES, "text"),
    **dict.fromkeys(("reads", "expects", "writes", "renews"), "fields"),
    "cold": "ports",
    "edits": "parts",
    "puts": "number",
    **dict.fromkeys(("resizes", "shared", "single", "source", "clones", "keeps"), "flag"),
    **dict.fromkeys(("fills", "yields", "passes", "through", "marks", "checks"), "flag"),
    "everywhere": "flag",
}
EXAMPLES: Mapping[str, str] = {
    "text": '"1/1"',
    "fields": "meta::network | meta::dst_ip",
    "ports": "outputs(1)",
    "flag": "true",
    "number": "14",
    "parts": "part::ttl | part::options",
}


def children(tree: Tree[Token], *rules: str) -> Iterator[Tree[Token]]:
    """Yield the children that one of the rules made."""
    return (c for c in tree.children if isinstance(c, Tree) and c.data in rules)


def subtrees(tree: Tree[Token], rule: str) -> Iterator[Tree[Token]]:
    """Yield everything below that the rule made."""
    for child in tree.children:
        if isinstance(child, Tree):
            if child.data == rule:
                yield child
            yield from subtrees(child, rule)


def tokens(tree: Tree[Token], terminal: str) -> Iterator[Token]:
    """Yield the children that are such tokens."""
    return (c for c in tree.children if isinstance(c, Token) and c.type == terminal)


def text_of(settings: Mapping[str, Tree[Token]], name: str, default: str) -> str:
    """Return the text that a setting is."""
    if name not in settings:
        return default
    return str(next(tokens(settings[name], "STRING"), '""')[1:-1])


def workers_of(settings: Mapping[str, Tree[Token]]) -> WorkersWord:
    """Return the word for several workers; none when it is no such word."""
    word = text_of(settings, "workers", "")
    return next((known for known in get_args(WorkersWord) if known == word), "")


def names_in(settings: Mapping[str, Tree[Token]], name: str) -> tuple[str, ...]:
    """The fields or the outputs that a setting names, in the order of the text."""
    if name not in settings:
        return ()
    value = settings[name]
    named = [*subtrees(value, "field"), *subtrees(value, "part")]
    fields = [str(t) for f in named for t in tokens(f, "NAME")]
    return tuple(dict.fromkeys(fields or [str(t) for t in tokens(value, "NUMBER")]))


def flag_of(settings: Mapping[str, Tree[Token]], name: str) -> bool:
    """Return whether a setting is true."""
    return name in settings and any(True for _ in tokens(settings[name], "TRUE"))


def number_of(settings: Mapping[str, Tree[Token]], name: str) -> int:
    """Return the number that a setting is; 0 when it is not there."""
    return integer(str(next(tokens(settings[name], "NUMBER")))) or 0 if name in settings else 0
