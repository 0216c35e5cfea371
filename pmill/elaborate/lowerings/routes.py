"""Routing tables: `ADDR/MASK [GATEWAY] OUTPUT` arguments become a list of net::Route.

    10.0.0.1/32 0, 10.0.0.0/8 10.0.0.2 1, 0.0.0.0/0 - 2

A bare address is a /32; a gateway of `-` or 0.0.0.0 is none. Of two routes with the same prefix
the later one counts. Errors are said in the words that Click's element uses for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from pmill.diagnostics import Note, Span
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.scalars import parse_int, parse_ip, parse_prefix
from pmill.elaborate.values import cpp_ip, cpp_prefix
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

_SHAPE = "'ADDR/MASK [GATEWAY] OUTPUT'"
_NO_GATEWAY = IPv4Address(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of a routing table; the prefix has no host part."""

    prefix: IPv4Interface
    gateway: IPv4Address
    output: int
    span: Span  # the whole argument
    output_span: Span

    @property
    def cpp(self) -> str:
        """The route as a constant of C++."""
        return f"net::Route{{{cpp_prefix(self.prefix)}, {cpp_ip(self.gateway)}, {self.output}}}"

    @property
    def text(self) -> str:
        """The route as runtime/include/pmill/net/lpm.hh reads it."""
        return f"{self.prefix},{self.gateway},{self.output}"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the table of a StaticIPLookup."""
    routes = parse_routes(items, _SHAPE, ctx)
    if routes is None:
        return None
    good = True
    for number, route in enumerate(routes, 1):
        if route.output >= ctx.outputs:
            good = False
            ctx.error(
                "PM0451",
                f"argument {number} bad OUTPUT",
                route.output_span,
                hint=f"the element has {_counted(ctx.outputs, 'output')}, counted from 0",
            )
    return table_value(routes, ctx) if good else None


def parse_routes(
    items: tuple[ConfigText, ...], shape: str, ctx: LoweringContext
) -> tuple[Route, ...] | None:
    """Return the routes in the order of the configuration; None after reporting wrong ones."""
    found = [_route(number, item, shape, ctx) for number, item in enumerate(items, 1)]
    routes = tuple(route for route in found if route is not None)
    return routes if len(routes) == len(found) else None


def table_value(routes: Sequence[Route], ctx: LoweringContext) -> Value:
    """Return the value of a table without the routes that later ones replace; warn of those."""
    latest = {route.prefix: route for route in routes}
    replaced = [route for route in routes if latest[route.prefix] is not route]
    if replaced:
        ctx.warning(
            "PM0453",
            f"{_counted(len(replaced), 'route')} replaced by later versions",
            replaced[0].span,
            notes=tuple(
                Note(f"{route.prefix} comes again here", latest[route.prefix].span)
                for route in replaced
            ),
        )
    kept = [route for route in routes if latest[route.prefix] is route]
    return Value(
        cpp=", ".join(route.cpp for route in kept),
        text=" ".join(route.text for route in kept),
        click=None,
        count=len(kept),
    )


def _route(number: int, item: ConfigText, shape: str, ctx: LoweringContext) -> Route | None:
    """Return one route, or None after an error that points at the word that is wrong."""

    def wrong(span: Span, hint: str | None = None) -> None:
        ctx.error("PM0450", f"argument {number} should be {shape}", span, hint=hint)

    words = split_words(item)
    if len(words) not in (2, 3):
        wrong(item.span)
        return None
    prefix = parse_prefix(ctx.literal("IPPrefix", words[0].text), bare=True)
    if prefix is None:
        wrong(words[0].span, _prefix_hint(words[0].text))
        return None
    gateway: IPv4Address | None = _NO_GATEWAY
    if len(words) == 3 and words[1].text != "-":
        gateway = parse_ip(ctx.literal("IPAddress", words[1].text))
    if gateway is None:
        wrong(words[1].span, f"'{words[1].text}' is no address of a gateway, nor '-' for none")
        return None
    output = parse_int(words[-1].text)
    if output is None or not 0 <= output < 1 << 31:
        wrong(words[-1].span, f"'{words[-1].text}' is no output number")
        return None
    return Route(
        prefix=IPv4Interface(prefix.network),
        gateway=gateway,
        output=output,
        span=item.span,
        output_span=words[-1].span,
    )


def _prefix_hint(text: str) -> str:
    address, slash, mask = text.partition("/")
    if slash and parse_ip(address) is not None and parse_ip(mask) is not None:
        return f"the ones of mask {mask} must all be on its left"
    return f"'{text}' is no prefix such as 10.0.0.0/8"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
