"""Pairs the output ports left of an arrow with the input ports right of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pmill.diagnostics import Diagnostics, Span
from pmill.syntax import nodes

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Generic[T]):
    """The ports that one endpoint offers to an arrow.

    `ported` when the ports were listed; `expandable` when the list grows to fit.
    """

    owner: T
    ports: tuple[int, ...]
    ported: bool
    expandable: bool
    span: Span


Pair = tuple[tuple[T, int], tuple[T, int], Span, Span]


def side(owner: T, ports: nodes.PortList | None, span: Span, implicit: int = 0) -> Side[T]:
    """Return the side of an endpoint; `implicit` ports are listed when it names none."""
    if ports is None:
        numbers = tuple(range(max(1, implicit)))
        return Side(owner=owner, ports=numbers, ported=implicit > 0, expandable=False, span=span)
    numbers = tuple(n for item in ports.items for n in range(item.first, item.last + 1))
    return Side(
        owner=owner, ports=numbers or (0,), ported=True, expandable=ports.expandable, span=span
    )


def connect(
    arrow: nodes.Arrow, left: Sequence[Side[T]], right: Sequence[Side[T]], diags: Diagnostics
) -> list[Pair[T]] | None:
    """Return the pairs of ports an arrow connects; None after an error.

    `->` joins one port to many or many to one; `=>` joins ports one to one, in order.
    """
    if sum(s.expandable for s in (*left, *right)) > 1:
        _error(
            arrow,
            diags,
            "at most one expandable port allowed per connection",
            "list all ports on one side: '[]', and a list that ends in ',', grow",
        )
        return None
    if arrow.kind == "=>":
        left, right = _grown(left, _count(right)), _grown(right, _count(left))
    outputs, inputs = list(_ports(left)), list(_ports(right))
    if arrow.kind == "=>" and len(outputs) != len(inputs):
        _mismatch(arrow, left, right, diags)
        return None
    if arrow.kind == "=>":
        return [_pair(o, i) for o, i in zip(outputs, inputs, strict=True)]
    if len(outputs) > 1 and len(inputs) > 1:
        message = "many-to-many connections require '=>'"
        _error(arrow, diags, message, "'=>' connects the ports one to one, in order")
        return None
    if len(outputs) + len(inputs) > 2 and any(s.expandable for s in (*left, *right)):
        _error(
            arrow, diags, "a port list that grows requires '=>'", "list all ports, or write '=>'"
        )
        return None
    return [_pair(o, i) for o in outputs for i in inputs]


def _count(sides: Sequence[Side[T]]) -> int:
    return sum(len(s.ports) for s in sides)


def _grown(sides: Sequence[Side[T]], wanted: int) -> Sequence[Side[T]]:
    """Let the expandable side, or a single one without port list, grow to `wanted` ports."""
    missing = wanted - _count(sides)
    if missing <= 0:
        return sides
    alone = len(sides) == 1 and not sides[0].ported
    return [
        replace(s, ports=(*s.ports, *range(s.ports[-1] + 1, s.ports[-1] + 1 + missing)))
        if s.expandable or alone
        else s
        for s in sides
    ]


def _ports(sides: Sequence[Side[T]]) -> Iterator[tuple[Side[T], int]]:
    return ((s, port) for s in sides for port in s.ports)


def _pair(output: tuple[Side[T], int], input_: tuple[Side[T], int]) -> Pair[T]:
    (source, from_port), (target, to_port) = output, input_
    return (source.owner, from_port), (target.owner, to_port), source.span, target.span


def _mismatch(
    arrow: nodes.Arrow, left: Sequence[Side[T]], right: Sequence[Side[T]], diags: Diagnostics
) -> None:
    message = (
        f"connection mismatch: {_ports_text(left, 'output')} "
        f"connected to {_ports_text(right, 'input')}"
    )
    _error(arrow, diags, message, "'=>' connects the ports one to one, in order")


def _ports_text(sides: Sequence[Side[T]], kind: str) -> str:
    count = _count(sides)
    more = " or more" if any(s.expandable for s in sides) else ""
    return f"{count}{more} {kind}{'' if count == 1 and not more else 's'}"


def _error(arrow: nodes.Arrow, diags: Diagnostics, message: str, hint: str) -> None:
    diags.error("PM0306", message, arrow.span, hint=hint)
