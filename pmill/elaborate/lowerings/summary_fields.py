"""The fields of a summary dump: their canonical names in a `String` (PM0480).

What is a field is written once, in the table of runtime/src/summary/fields.cc. A field that is
not asked for needs no metadata of the packet: `Value.unread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.values import cpp_string
from pmill.graph import Value
from pmill.resources import runtime_dir
from pmill.syntax import split_words, unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_ROW = re.compile(
    r'^\s*\{"(?P<name>\w+)",\s*"(?P<aliases>[\w ]*)",\s*(?:meta::(?P<reads>\w+)|\{\}),',
    re.MULTILINE,
)
# What arguments in front of FIELDS make a ToIPSummaryDump read.
_READ_WITH: Mapping[str, tuple[str, ...]] = {
    "multipacket": ("extra_packets", "extra_length", "first_timestamp"),
    "bad_packets": ("network", "extra_length"),
}
# Fields whose values count bytes that are no longer there.
_LENGTHS = frozenset({"wire_len", "payload_len"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    reads: str | None  # the metadata it needs, beside extra_length


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the names, separated by spaces."""
    words = split_words(items[0])
    found = [_field(word, ctx) for word in words]
    names = [field.name for field in found if field is not None]
    if len(names) < len(words):
        return None
    text = " ".join(names)
    return Value(cpp=cpp_string(text), text=text, click=None, unread=_unread(names, ctx))


def _field(word: ConfigText, ctx: LoweringContext) -> _Field | None:
    """Return the field that a word names; in quotes, it may have spaces for underscores."""
    name = unquote(word).replace(" ", "_")
    field = _table().get(name)
    if field is None:
        ctx.error(
            "PM0480",
            f"there is no field '{name}'",
            word.span,
            hint=did_you_mean(name, list(_table()))
            or "'pmill elements ToIPSummaryDump' lists the fields",
        )
    return field


@cache
def _table() -> Mapping[str, _Field]:
    """Return the fields by all of their names."""
    text = (runtime_dir() / "src" / "summary" / "fields.cc").read_text(encoding="utf-8")
    found: dict[str, _Field] = {}
    for row in _ROW.finditer(text):
        field = _Field(name=row["name"], reads=row["reads"])
        found |= dict.fromkeys([row["name"], *row["aliases"].split()], field)
    return found


def _unread(names: Iterable[str], ctx: LoweringContext) -> tuple[str, ...]:
    """Return the metadata that is needed only for other fields."""
    needed = {_table()[name].reads for name in names}
    if not _LENGTHS.isdisjoint(names):
        needed.add("extra_length")
    for argument, fields in _READ_WITH.items():
        if argument in ctx.values and ctx.values[argument].text == "true":
            needed.update(fields)
    known = {field.reads for field in _table().values()} | {"extra_length"}
    return tuple(sorted(name for name in known - needed if name is not None))
