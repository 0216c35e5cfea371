"""Flat configurations and element specs written by hand, so that only elaboration is tested."""

from __future__ import annotations

import re
from dataclasses import replace

from pmill.diagnostics import DiagnosticError, Diagnostics, Source, Span
from pmill.elaborate import elaborate
from pmill.elements.spec import ArgSpec, ElementSpec, EnumSpec
from pmill.graph import PipelineGraph
from pmill.syntax.flat import ConfigText, FlatConfig, FlatConnection, FlatElement

HEADER = Source("elements.hh", "// no header, only a place\n")
HERE = Span(HEADER, 0, 2)

_LINE = re.compile(r"(?P<name>\S+) :: (?P<class>\w+)(?:\((?P<config>.*)\))?;", re.DOTALL)
_ARROW = re.compile(r"(?P<a>[^\s\[]+)(?:\[(?P<o>\d+)\])? -> (?:\[(?P<i>\d+)\])?(?P<b>\S+);")


def arg(
    name: str, type_: str = "std::uint32_t", default: str | None = None, **rest: object
) -> ArgSpec:
    made = ArgSpec(name=name, type=type_, default=default, doc=f"The {name}.", span=HERE)
    return replace(made, **rest)  # type: ignore[arg-type]


def spec(name: str, *arguments: ArgSpec, **rest: object) -> ElementSpec:
    made = ElementSpec(
        name=name,
        header=f"test/{name.lower()}.hh",
        group="test",
        summary=f"{name}.",
        description="",
        examples=(),
        span=HERE,
        arguments=arguments,
    )
    return replace(made, **rest)  # type: ignore[arg-type]


LIBRARY = {
    s.name: s
    for s in (
        spec("Source", ports="0/1", processing="h", source=True),
        spec("PullSource", ports="0/1", processing="l"),
        spec("Discard", ports="1/0", aliases=("Drop",)),
        spec("PullSink", ports="1/0", processing="l"),
        spec("Idle", ports="-/-", flow="x/y"),
        spec("Null"),
        spec("Queue", processing="h/l"),
        spec(
            "Switch",
            arg("output", "std::int32_t", "0", positional=True),
            ports="1/-",
            processing="h",
        ),
        spec("Tee", arg("n", default="0", positional=True), ports="1/-", processing="a/ah"),
        spec("Pair", ports="2/2", processing="a", flow="#/#"),
        spec("Strip", arg("length")),
        spec(
            "Paint",
            arg("color", "std::uint8_t"),
            arg("anno", "Anno<1>", "{meta::paint.offset}", positional=True, writes=True),
        ),
        spec(
            "Print",
            arg("label", "String", '""', positional=True),
            arg("maxlength", "std::int32_t", "24", positional=True, aliases=("NBYTES",)),
            arg("contents", "Contents", "Contents::hex"),
            arg("active", "bool", "true", by_dialect=(("click", "false"),)),
            enums=(EnumSpec(name="Contents", values=("none", "hex", "ascii", "very_long")),),
        ),
        spec(
            "Two", arg("a", "String"), arg("b", "String"), arg("c", "String", '""', positional=True)
        ),
        spec("Open", arg("a", "String"), arg("rest", "List<String>", None, rest=True)),
        spec("Vlan", arg("id", "std::uint16_t", ranges=(0, 4095))),
        spec("Hosts", arg("hosts", "List<IPAddress>", "{}"), arg("names", "List<String>", "{}")),
        spec("Nets", arg("nets", "List<IPPrefix>", None, rest=True, bare=True)),
    )
}

LIBRARY["Drop"] = LIBRARY["Discard"]  # a library finds classes under their other names too


def flat(text: str) -> FlatConfig:
    """Build the flat configuration of `name :: Class(config);` and `a[1] -> [2]b;` lines."""
    source = Source("test.click", text)
    elements, connections = [], []
    at = 0
    for statement in text.split("\n"):
        if m := _LINE.fullmatch(statement):
            start, end = m.span("config") if m["config"] is not None else (len(statement) - 1,) * 2
            elements.append(
                FlatElement(
                    name=m["name"],
                    class_name=m["class"],
                    class_span=Span(source, at + m.start("class"), at + m.end("class")),
                    config=ConfigText(
                        text=m["config"] or "", span=Span(source, at + start, at + end)
                    ),
                    span=Span(source, at + m.start("name"), at + m.end("name")),
                )
            )
        elif m := _ARROW.fullmatch(statement):
            connections.append(
                FlatConnection(
                    source=m["a"],
                    source_port=int(m["o"] or 0),
                    target=m["b"],
                    target_port=int(m["i"] or 0),
                    span=Span(source, at, at + len(statement) - 1),
                )
            )
        else:
            assert not statement, statement
        at += len(statement) + 1
    return FlatConfig(source=source, elements=tuple(elements), connections=tuple(connections))


def graph_of(text: str, dialect: str = "fastclick") -> PipelineGraph:
    return elaborate(flat(text), LIBRARY, dialect=dialect, diags=Diagnostics())


def errors_of(text: str) -> str:
    """Return every message of a configuration that must not elaborate."""
    try:
        graph_of(text)
    except DiagnosticError as error:
        return "\n".join(str(d) for d in error.diagnostics)
    raise AssertionError("no error was reported")
