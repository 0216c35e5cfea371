"""The arguments of instances in C++, and the tables that are no text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from pmill.emit.plan import ArgumentPlan, DataPlan
from pmill.graph import Element, Value
from pmill.match.predicates import Base

__all__ = ["argument_plans", "data_plans"]


def data_plans(elements: Iterable[Element]) -> tuple[DataPlan, ...]:
    """Name the tables of all arguments, each content once, by what it is: text that can be kept."""
    found: dict[bytes, None] = {}
    for element in elements:
        for value in element.arguments.values():
            if value.data is not None:
                found[value.data] = None
            if value.matcher is not None and element.frozen:
                found[value.matcher.data] = None
            if value.boxes:
                found[_boxes_data(value)] = None
    return tuple(
        DataPlan(
            symbol=f"pmill_data_{hashlib.sha256(content).hexdigest()[:16]}",
            size=len(content),
            content=content,
        )
        for content in found
    )


def argument_plans(
    element: Element, idents: Mapping[str, str], symbols: Mapping[bytes, str]
) -> Iterable[ArgumentPlan]:
    """Yield the members of an element's Args; `symbols` are the names of the tables."""
    enums = {e.name for e in element.spec.enums}
    for arg in element.spec.arguments:
        value = element.arguments[arg.name]
        kind = arg.type
        for name in enums:
            kind = re.sub(rf"(?<![\w:]){name}\b", f"{element.spec.name}::{name}", kind)
        cpp, text = value.cpp, None if arg.element_class else value.text
        if value.element is not None:
            cpp = f"{kind}::to<{idents[value.element]}, Config>()"
        if value.data is not None:
            data = _blob(value.data, symbols)
            cpp, text = (value.cpp or "@data").replace("@data", data), None
        if value.matcher is not None and element.frozen:
            kind, cpp = _matcher(value, symbols)
        elif value.count is not None:
            item = kind.removeprefix("List<").removesuffix(">")
            kind = f"std::array<{item}, {value.count}>"
            cpp = f"{{{{{cpp}}}}}" if value.count else "{}"
        yield ArgumentPlan(
            name=arg.name, type=kind, cpp=cpp, text=text, constant=element.is_constant(arg.name)
        )


def _blob(data: bytes, symbols: Mapping[bytes, str]) -> str:
    return f"Data{{{symbols[data]}, {len(data)}}}"


def _boxes_data(value: Value) -> bytes:
    """The bits of all boxes."""
    return b"".join(box.data for box in value.boxes)


def _matcher(value: Value, symbols: Mapping[bytes, str]) -> tuple[str, str]:
    """Return the type and the initialiser of what matches rules in place of their program."""
    assert value.matcher is not None
    kind, cpp = value.matcher.cpp_type, value.matcher.cpp(_blob(value.matcher.data, symbols))
    if not value.boxes:
        return kind, cpp
    types = "".join(f", RuleBox<{len(box.sides)}>" for box in value.boxes)
    at, shown = 0, []
    for box in value.boxes:
        sides = []
        for d, _ in box.sides:
            header = d.base // Base.NETWORK
            sides.append(f"{{{header}, {d.offset}, {d.size}, {at}}}")
            at += d.values // 8
        shown.append(f"RuleBox<{len(sides)}>{{{{{{{', '.join(sides)}}}}}, {box.jump}}}")
    bits = _blob(_boxes_data(value), symbols)
    return f"Boxed<{kind}{types}>", f"{{{{{', '.join(shown)}}}, {bits}, {cpp}}}"
