"""The tags by which an argument says what holds of packets: `@strips`, `@into anno`.

`spec.Fact` lists them with their meaning. What they say is used by the passes that know what
earlier elements have established, so a tag that cannot mean anything is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from pmill.diagnostics import Diagnostics
from pmill.elements.spec import ArgSpec, Fact
from pmill.elements.tags import MemberDoc

_COUNTS = ("std::uint8_t", "std::uint16_t", "std::uint32_t")
_NUMBERS = (*_COUNTS, "std::int8_t", "std::int16_t", "std::int32_t")

FACTS: tuple[Fact, ...] = get_args(Fact)
# How many words each tag takes, as the reader of docs wants to know it.
FACT_TAGS: Mapping[str, int] = {fact: int(fact in ("into", "equals")) for fact in FACTS}
# The types of an argument that may have the tag, and what messages call them.
FACT_TYPES: Mapping[str, tuple[Sequence[str], str]] = {
    "strips": (_COUNTS, "unsigned"),
    "unstrips": (_COUNTS, "unsigned"),
    "header": (_COUNTS, "unsigned"),
    "verifies": (("bool",), "bool"),
    "refuses": (("List<IPAddress>", "List<IPPrefix>"), "list"),
    "into": (("std::uint8_t",), "one-byte"),
    "equals": (("std::uint8_t",), "one-byte"),
    "chooses": ((*_NUMBERS, "Anno<1>"), "number or one-byte annotation"),
    "decides": (("List<ClassifierNode>",), "decision program"),
}


def fact_of(doc: MemberDoc, diags: Diagnostics) -> tuple[Fact | None, str | None]:
    """Return the fact of an argument and the argument that it names; report a second one."""
    tags = [tag for tag in doc.tags if tag.name in FACTS]
    if not tags:
        return None, None
    if len(tags) > 1:
        diags.error("PM0208", f"'@{tags[1].name}' stands beside '@{tags[0].name}'", tags[1].span)
    fact = next(fact for fact in FACTS if fact == tags[0].name)
    return fact, next(iter(tags[0].words), None)


def check_facts(arguments: Sequence[ArgSpec], diags: Diagnostics) -> None:
    """Report facts that name no annotation, or of which an element can have only one."""
    by_name = {argument.name: argument for argument in arguments}
    seen: set[Fact] = set()
    for argument in arguments:
        if argument.into is not None:
            named = by_name.get(argument.into)
            if named is None or named.type != "Anno<1>":
                diags.error(
                    "PM0208",
                    f"'@{argument.fact} {argument.into}' names no one-byte annotation",
                    argument.span,
                )
        if argument.fact in seen and argument.fact != "refuses":
            diags.error("PM0208", f"two arguments are '@{argument.fact}'", argument.span)
        if argument.fact is not None:
            seen.add(argument.fact)
