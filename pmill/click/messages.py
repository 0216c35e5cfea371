"""Says what is wrong with a configuration in the words and in the order of Click.

    router.click:3: While configuring 'q :: Queue':
      CAPACITY: parse error
    Router could not be initialized!

Click stops at the first of its steps that fails; pmill goes on and finds more, which is not told
here. Nothing else is said either, such as hints: what reads Click's messages reads these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pmill.diagnostics import Diagnostic, facts

Facts = dict[str, Any]

EMPTY: Final = "PM0300"
_SYNTAX: Final = frozenset({"PM0101", "PM0105"})
_SYNTAX_WORDS: Final = ("syntax error", "expected ", "missing element type", "'...'")
_UNKNOWN_CLASS: Final = "PM0301"
_CONFIGURE: Final = "PM04"
_HOOKUP: Final = "PM05"
_OWN_STEP: Final = 3  # compiling, which Click does not
# Click says nothing of where these are.
_NO_PLACE: Final = frozenset({"PM0313", "PM0502", "PM0503", "PM0509"})
# Notes that Click prints as lines of their own.
_CANDIDATES: Final = frozenset({"PM0325", "PM0326"})
TOLD_NOTES: Final = frozenset({"PM0303", *_CANDIDATES})
_OUT_OF_ORDER: Final = "compound element parameters out of order"
# What Click warns of, too.
_WARNINGS: Final = frozenset({"PM0108", "PM0424", "PM0434", "PM0453", "PM0454"})
# Click checks these only when push and pull are right.
_AFTER_CONFLICTS: Final = frozenset({"PM0504", "PM0505"})
_CONFLICTS: Final = frozenset({"PM0502", "PM0503"})
# Codes below are those of reading statements.
_EXPANSION: Final = "PM0325"

_RANGE: Final = re.compile(
    r"(\w+): '(.*?)' is out of range, expected (-?\d+) to (-?\d+)", re.DOTALL
)
_REWORDED: Final = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"syntax error at the end of the file", "syntax error near ''"),
        (r"expected '(.)' before the end of the file", r"expected '\1'"),
        (r"missing element class in declaration", "missing element type in declaration"),
        (r"missing name after 'elementclass'", "expected element type name"),
        (r"port number should be an integer", "syntax error: port number should be integer"),
        (r"(expected '\(') after '.*'", r"\1"),
        (r"string is not closed", "expected ')'"),
        (r"cannot read '(.*)': (.*)", r"\1: \2"),
        (
            r"(\d+) outputs? needs? \d+ patterns?, not \d+",
            r"need \1 arguments, one per output port",
        ),
        (r"N is '.*', but (\d+) outputs? (?:is|are) connected", r"\1 outputs implies \1 arms"),
        (r"a connection cannot begin or end with ('.*') here", r"syntax error near \1"),
        (
            r"a connection cannot begin or end with a port list without an element here",
            "syntax error near '->'",
        ),
        (r"expected a parameter", "expected variable"),
        (r"'...' must come .*", "'...' should occur last, after one or more compounds"),
        (r"(many-to-many connections require '=>')", r"syntax error: \1"),
        (
            r"this connection begins with an arrow",
            "suggest 'input ->' or '[0] ->' to start connection",
        ),
        (r"unknown preprocessor directive '.*'", "unknown preprocessor directive"),
        (r"(configuration string ignored on element reference) '.*'", r"\1"),
        (r"unknown argument '(.*)'", r"\1: unknown argument"),
        (r"argument (\S+) is missing", r"\1: required argument missing"),
        (r"(too many arguments), .*", r"\1"),
        (r"argument \S+ has no value", "too many arguments"),
        (r"(\w+): '.*' is out of range, ports are (\d+) to (\d+)", r"\1: overflow, range \2-\3"),
        (r"(\w+): there is no element '.*'", r"\1: does not name an element"),
        (
            r"(\w+): element '.*' is of class .*, not (\w+)",
            r"\1: element type mismatch, expected \2",
        ),
        (r"(\w+): .*not ('.*'|several words)", r"\1: parse error"),
        (r"(\w+): an item of this list cannot .*", r"\1: parse error"),
        (r"pattern (\d+) matches no packet", r"pattern \1 matches no packets"),
    )
)


def error_lines(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Return the lines that Click would print for the errors of a configuration."""
    found = [d for d in diagnostics if d.severity == "error"]
    errors = [facts(d) for d in found]
    step = min((_step(e) for e in errors), default=0)
    if step == _OWN_STEP:
        return [str(d) for d in found]
    told = _in_order([e for e in errors if _step(e) == step])
    if any(e["code"] in _CONFLICTS for e in told):
        told = [e for e in told if e["code"] not in _AFTER_CONFLICTS]
    lines = list(_lines(told))
    if step in (1, 2):
        lines.append("Router could not be initialized!")
    return lines


def click_lines(diagnostic: Diagnostic) -> list[str]:
    """Return the lines that Click would print for one error or warning, were it the only one."""
    return list(_lines([facts(diagnostic)]))


def warning_lines(warnings: Iterable[Facts]) -> list[str]:
    """Return the lines that Click would print for warnings, by their facts."""
    return list(_lines(w for w in warnings if w["code"] in _WARNINGS))


def _in_order(errors: list[Facts]) -> list[Facts]:
    """Put what is wrong with names and statements in the order of the file.

    pmill reads the body of a compound when it is used, Click where it is written. Both expand
    compounds when everything is read.
    """
    read = [e for e in errors if e["code"] < _EXPANSION and e["place"]]
    rest = [e for e in errors if e not in read]
    if len({e["place"].rpartition(":")[0] for e in read}) == 1:
        read.sort(key=lambda e: int(e["place"].rpartition(":")[2]))
    return [*read, *rest]


def _step(error: Facts) -> int:
    """Return Click's step: 0 reading and expanding, 1 hookup, 2 configuring; or pmill's own."""
    code: str = error["code"]
    if code.startswith(_HOOKUP):
        return 1
    if code.startswith(_CONFIGURE):
        return 2
    return 0 if code.startswith(("PM01", "PM03")) else _OWN_STEP


def _lines(messages: Iterable[Facts]) -> Iterator[str]:
    context = None
    said: set[str] = set()  # of one element: Click says once that there are too many arguments
    for message in messages:
        about = message["about"] or [message["place"], ""]
        text = _reworded(message["message"].removeprefix(f"{about[1]}: "))
        if message["code"] in _SYNTAX and not text.startswith(_SYNTAX_WORDS):
            text = f"syntax error near '{_token(message)}'"
        if message["severity"] == "warning":
            text = f"warning: {text}"
        elif message["code"] == _UNKNOWN_CLASS and message["about"]:
            text = f"undeclared element '{about[1]}'"  # a name alone: Click takes it for one
        if message["code"].startswith(_CONFIGURE) and message["about"]:
            if context != about:
                yield f"{about[0]}: While configuring '{about[1]}':"
                context = about
                said = set()
            if text not in said:
                said.add(text)
                yield f"  {text}"
            continue
        place = None if message["code"] in _NO_PLACE else about[0]
        yield _placed(place, text)
        if text == _OUT_OF_ORDER:
            yield _placed(place, "(The correct order is '[positional], [keywords], [__REST__]'.)")
        yield from _notes(message, place)


def _token(message: Facts) -> str:
    """Return the token that cannot stand there, as Click shows it."""
    text: str = message["text"]
    shown = text[:1] if message["code"] == "PM0105" else text
    return "".join(c if c.isprintable() else f"\\{ord(c):03o}" for c in shown)


def _notes(message: Facts, where: str | None) -> Iterator[str]:
    if message["code"] not in TOLD_NOTES:
        return
    candidates = message["code"] in _CANDIDATES
    if candidates and message["notes"]:
        yield _placed(where, "candidates are:")
    for place, text in message["notes"]:
        yield _placed(place, _candidate(text) if candidates else text)


def _candidate(text: str) -> str:
    """`candidate A($x, K $y)[1 input]` -> `  A(<arg>, K <arg>)[1 input]`."""
    return "  " + re.sub(r"\$\w+", "<arg>", text.removeprefix("candidate "))


def _placed(place: str | None, text: str) -> str:
    return text if place is None else f"{place}: {text}"


def _reworded(text: str) -> str:
    if found := _RANGE.fullmatch(text):
        keyword, value, low, high = found.groups()
        from pmill.elaborate.scalars import parse_int  # late: few messages need it

        number = parse_int(value)  # None: of a unit, or too long to be told whole
        below = value.startswith("-") if number is None else number < int(low)
        return f"{keyword}: out of range, bound {low if below else high}"
    for pattern, words in _REWORDED:
        found = pattern.fullmatch(text)
        if found is not None:
            return found.expand(words)
    return text
