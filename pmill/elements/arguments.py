"""Turns one member of `Args`, already taken apart, into an `ArgSpec`, or reports why it cannot be.

What an argument may be is the contract between headers and elaboration: every type here has a
parser in pmill/elaborate and one in runtime/include/pmill/args.hh.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmill.diagnostics import Diagnostics, Note, Span, did_you_mean
from pmill.elements.facts import FACT_TAGS, FACT_TYPES, check_facts, fact_of
from pmill.elements.spec import ELEMENT_REFERENCE, ArgSpec, EnumSpec
from pmill.elements.tags import MemberDoc, Tag

INTEGERS: Mapping[str, tuple[int, int]] = {
    **{f"std::int{bits}_t": (-(1 << bits - 1), (1 << bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"std::uint{bits}_t": (0, (1 << bits) - 1) for bits in (8, 16, 32, 64)},
}
PORTS = ("TcpPort", "UdpPort")
TEXTS = ("String", "Word", "Filename")
ANNOTATIONS = ("Anno<1>", "Anno<2>", "Anno<4>")
PREFIXES = ("IPPrefix", "List<IPPrefix>")
# Types of one value that handlers can show.
SHOWN = (
    "bool",
    *INTEGERS,
    "double",
    "IPAddress",
    "IPPrefix",
    "EtherAddress",
    "Duration",
    "Timestamp",
    "Bandwidth",
    *PORTS,
    *TEXTS,
)
TYPES = (*SHOWN, *ANNOTATIONS)

# Legal tags of an argument, and how many words each takes.
TAGS: Mapping[str, int] = {
    "positional": 0,
    "rest": 0,
    "bare": 0,
    "reads": 0,
    "writes": 0,
    "sets": 1,
    "readsfor": 2,
    "pull": 0,
    "range": 2,
    "alias": 1,
    "lowering": 1,
    "default": 2,
    "readable": 0,
    "writable": 0,
    "called": 1,
    "namedby": 1,
    "footprint": 1,
    "before": 0,
    "sized": 0,
    **FACT_TAGS,
}
_DIALECTS = ("click",)  # the others: a default as written is FastClick's
_ONLY_FOR: Mapping[str, tuple[Sequence[str], str]] = {
    "bare": (PREFIXES, "IPPrefix"),
    "reads": (ANNOTATIONS, "annotation"),
    "writes": (ANNOTATIONS, "annotation"),
    "sets": (("bool",), "bool"),
    "range": ((*INTEGERS, "double"), "number"),
    "footprint": ((*INTEGERS, "double"), "number"),
    **dict.fromkeys(("readable", "writable", "called"), (SHOWN, "single value")),
    **FACT_TYPES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of `Args` as it stands in the header."""

    name: Span
    type: Span
    default: Span | None
    doc: MemberDoc
    span: Span

    @property
    def type_name(self) -> str:
        """The type, spaced as this package compares types."""
        return "".join(self.type.text.split()).replace(",", ", ")


def build_argument(
    member: Member, enums: Mapping[str, EnumSpec], diags: Diagnostics
) -> ArgSpec | None:
    """Return the argument that `member` declares; report everything wrong with it."""
    before = sum(1 for _ in diags)
    lowering = _words(member.doc, "lowering")
    if not member.doc.text:
        diags.error(
            "PM0209",
            f"argument '{member.name.text}' has no doc",
            member.name,
            hint="write '///< What it means.' behind it",
        )
    if not lowering and not _is_known(member.type_name, enums):
        _report_type(member, enums, diags)
    if member.default is not None and not lowering:
        _check_default(member, enums, diags)
    for tag in member.doc.tags:
        _check_tag(tag, member, diags)
    fact, into = fact_of(member.doc, diags)
    if sum(1 for _ in diags) > before:
        return None
    return ArgSpec(
        name=member.name.text,
        type=member.type_name,
        default=member.default.text if member.default else None,
        doc=member.doc.text,
        span=member.span,
        positional=_is_positional(member),
        rest=member.doc.has("rest"),
        bare=member.doc.has("bare"),
        lowering=lowering[0][0] if lowering else None,
        reads=member.doc.has("reads"),
        writes=member.doc.has("writes"),
        sets=next((words[0] for words in _words(member.doc, "sets")), None),
        reads_for=tuple((value, field) for value, field in _words(member.doc, "readsfor")),
        pull=member.doc.has("pull"),
        aliases=tuple(words[0] for words in _words(member.doc, "alias")),
        handler=_handler(member),
        ranges=next((_bounds(words) for words in _words(member.doc, "range")), None),
        footprint=next((int(words[0]) for words in _words(member.doc, "footprint")), 0),
        before=member.doc.has("before"),
        sized=member.doc.has("sized"),
        named_by=next((words[0] for words in _words(member.doc, "namedby")), None),
        by_dialect=tuple((a, b) for a, b in _words(member.doc, "default")),
        fact=fact,
        into=into,
    )


def check_order(arguments: Sequence[ArgSpec], diags: Diagnostics) -> None:
    """Report arguments that no configuration could give: unreachable positions, equal keywords.

    And facts that the arguments cannot say together.
    """
    check_facts(arguments, diags)
    optional: ArgSpec | None = None
    rest: ArgSpec | None = None
    keywords: dict[str, ArgSpec] = {}
    for argument in arguments:
        ahead = rest or (optional if argument.mandatory else None)
        if ahead is not None and (argument.positional or argument.rest):
            diags.error(
                "PM0210",
                f"argument '{argument.name}' cannot be positional",
                argument.span,
                notes=(Note("everything up to here may be left out", ahead.span),)
                if rest is None
                else (Note("this takes all remaining positions", ahead.span),),
            )
        if argument.positional and not argument.mandatory:
            optional = argument
        if argument.rest:
            rest = argument
        for word in (argument.keyword, *argument.aliases):
            other = keywords.setdefault(word, argument)
            if other is not argument:
                diags.error(
                    "PM0210",
                    f"keyword '{word}' means two arguments",
                    argument.span,
                    notes=(Note("the other one", other.span),),
                )


def _handler(member: Member) -> tuple[str, bool] | None:
    """The name by which the argument is read while the program runs; whether it is written, too."""
    writable = member.doc.has("writable")
    if not writable and not member.doc.has("readable"):
        return None
    return next((w[0] for w in _words(member.doc, "called")), member.name.text), writable


def _is_positional(member: Member) -> bool:
    if member.doc.has("rest"):
        return False
    return member.default is None or member.doc.has("positional")


def _is_known(type_name: str, enums: Mapping[str, EnumSpec]) -> bool:
    item = re.fullmatch(r"List<(.+)>", type_name)
    name = item.group(1) if item else type_name
    return name in TYPES or name in enums or ELEMENT_REFERENCE.fullmatch(type_name) is not None


def _report_type(member: Member, enums: Mapping[str, EnumSpec], diags: Diagnostics) -> None:
    diags.error(
        "PM0207",
        f"'{member.type_name}' is no type of an argument",
        member.type,
        hint=did_you_mean(member.type_name, [*TYPES, *enums])
        or "name the Python function that makes one from text with '@lowering NAME'",
    )


def _words(doc: MemberDoc, tag: str) -> list[tuple[str, ...]]:
    return [t.words for t in doc.tags if t.name == tag]


def _check_default(member: Member, enums: Mapping[str, EnumSpec], diags: Diagnostics) -> None:
    """Report an initialiser that cannot be right; elaboration evaluates the others."""
    default = member.default
    if default is None or default.text == "{}":
        return
    wanted = _wanted_default(member.type_name, default.text, enums)
    if wanted:
        message = f"the default of argument '{member.name.text}' must be {wanted}"
        diags.error("PM0209", message, default)


def _wanted_default(type_name: str, text: str, enums: Mapping[str, EnumSpec]) -> str | None:
    """What a default of the type looks like, or None when `text` looks like one."""
    if type_name == "bool":
        return None if text in ("true", "false") else "true or false"
    if type_name in INTEGERS:
        low, high = INTEGERS[type_name]
        number = integer(text)
        inside = number is None or low <= number <= high
        return None if inside and text[0] != '"' else f"a number from {low} to {high}"
    if type_name in enums:
        legal = [f"{type_name}::{value}" for value in enums[type_name].values]
        return None if text in legal else " or ".join(legal)
    if type_name in TEXTS:
        return None if text[0] == '"' else "a string literal"
    return None


def _check_tag(tag: Tag, member: Member, diags: Diagnostics) -> None:
    types, what = _ONLY_FOR.get(tag.name, ((), ""))
    names_element = ELEMENT_REFERENCE.fullmatch(member.type_name)
    if tag.name in ("before", "sized") and not names_element:
        diags.error(
            "PM0208",
            f"'@{tag.name}' is for ElementRef arguments, not '{member.type_name}'",
            tag.span,
        )
    elif types and member.type_name not in types:
        diags.error(
            "PM0208", f"'@{tag.name}' is for {what} arguments, not '{member.type_name}'", tag.span
        )
    elif tag.number is not None:
        diags.error("PM0208", f"'@{tag.name}' takes nothing in parentheses", tag.span)
    elif tag.name == "range":
        if _bounds(tag.words) is None:
            diags.error("PM0208", "'@range' needs two numbers, the lower one first", tag.span)
    elif tag.name == "footprint" and not tag.words[0].isdecimal():
        diags.error("PM0208", "'@footprint' needs the number of bytes of one unit", tag.span)
    elif tag.name == "default" and tag.words[0] not in _DIALECTS:
        diags.error(
            "PM0208",
            f"unknown dialect '{tag.words[0]}'",
            tag.span,
            hint="write '@default click VALUE'; the initialiser is FastClick's default",
        )
    elif tag.name in ("alias", "lowering") and not tag.words[0].isidentifier():
        diags.error("PM0208", f"'{tag.words[0]}' is no name", tag.span)


def _bounds(words: tuple[str, ...]) -> tuple[int, int] | None:
    low, high = integer(words[0]), integer(words[1])
    return None if low is None or high is None or low > high else (low, high)


def integer(text: str) -> int | None:
    """Return the value of a C++ integer literal, or None if `text` is none."""
    digits = re.fullmatch(r"(-?)\s*(0[xX][\da-fA-F']+|\d[\d']*)[uUlL]*", text)
    if digits is None:
        return None
    number = digits.group(2).replace("'", "")
    octal = re.fullmatch(r"0[0-7]+", number)
    if octal is None and re.fullmatch(r"0\d+", number):
        return None
    value = int(number, 8) if octal else int(number, 0)
    return -value if digits.group(1) else value
