"""Names of ICMP types and codes, as Click knows them."""

from __future__ import annotations

from collections.abc import Mapping

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.scalars import parse_int
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

TYPES: Mapping[str, int] = {
    "echo": 8,
    "echo-reply": 0,
    "inforeq": 15,
    "inforeq-reply": 16,
    "maskreq": 17,
    "maskreq-reply": 18,
    "parameterproblem": 12,
    "redirect": 5,
    "routeradvert": 9,
    "routersolicit": 10,
    "sourcequench": 4,
    "timeexceeded": 11,
    "timestamp": 13,
    "timestamp-reply": 14,
    "unreachable": 3,
}

# Codes by type: RFC 792, RFC 1122, RFC 1812.
CODES: Mapping[int, Mapping[str, int]] = {
    3: {
        "net": 0,
        "host": 1,
        "protocol": 2,
        "port": 3,
        "needfrag": 4,
        "srcroutefail": 5,
        "netunknown": 6,
        "hostunknown": 7,
        "hostisolated": 8,
        "netprohibited": 9,
        "hostprohibited": 10,
        "nettos": 11,
        "hosttos": 12,
        "filterprohibited": 13,
        "hostprecedence": 14,
        "precedencecutoff": 15,
    },
    5: {"net": 0, "host": 1, "tosnet": 2, "toshost": 3},
    11: {"transit": 0, "reassembly": 1},
    12: {"erroratptr": 0, "missingopt": 1, "length": 2},
}


def named_byte(
    items: tuple[ConfigText, ...], names: Mapping[str, int], what: str, ctx: LoweringContext
) -> Value | None:
    """Return the value of a number from 0 to 255 or of a name; None after an error."""
    text = items[0].text
    number = names.get(text.lower(), parse_int(text))
    if number is None or not 0 <= number <= 255:
        ctx.error(
            "PM0460",
            f"'{text}' is no {what}: expected {_shown(names)}a number from 0 to 255",
            items[0].span,
            hint=did_you_mean(text, list(names)),
        )
        return None
    return Value(cpp=str(number), text=str(number), click=text)


def _shown(names: Mapping[str, int]) -> str:
    return "".join(f"{name}, " for name in names) + ("or " if names else "")
