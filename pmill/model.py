"""Which metadata model a program has: how what drivers know of packets gets to its elements.

    every port is of net_pmill, or every port   -> xchange: buffers are exchanged with the driver
    is an interface through AF_XDP (xdp:)
    ports of both                               -> overlaying: a program exchanges with one driver
    a port of a driver that is not known, none  -> overlaying: packets' fields lie in mbufs
    asked for                                   -> that one, copying among them, or an error

The driver's own; the models are runtime/include/pmill/metadata/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pmill.diagnostics import Diagnostics, did_you_mean, fail
from pmill.graph import DEVICE_CLASSES, XDP_PREFIX, Element, PipelineGraph, xdp_interface
from pmill.options import CompileOptions, Metadata

if TYPE_CHECKING:
    from pmill.toolchain import Compiler

# Drivers that programs contain, and how a configuration names their ports.
_NAMED: Final = re.compile(r"(?:pmill:|net_pmill)\d+")
_DRIVERS: Final = ("net_pmill",)
_XDP: Final = "xdp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A metadata model, why it is that one, and the drivers that the program contains.

    `ports` are those of which only the command line names the driver.
    """

    name: Metadata
    why: str
    drivers: tuple[str, ...] = ()
    ports: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> list[str]:
        """Return the parts of the runtime that it takes: what exchanges buffers with a driver."""
        known = {"net_pmill": ["exchange_nic"]}
        taken = self.drivers if self.name == "xchange" else ()
        return [part for d in taken for part in known.get(d, [])]

    def libraries(self) -> list[str]:
        """Return what is linked because of the drivers."""
        known = {"net_pmill": ["-lrte_bus_vdev", "-lpcap"]}
        return [word for d in self.drivers for word in known.get(d, [])]

    def facts(self) -> dict[str, Any]:
        """Return the same as JSON has it."""
        return {
            "name": self.name,
            "why": self.why,
            "drivers": list(self.drivers),
            "ports": dict(self.ports),
        }


def decided(
    graph: PipelineGraph, options: CompileOptions, diags: Diagnostics
) -> tuple[CompileOptions, Model]:
    """Return the options with the model that `choose` finds, and the model."""
    if options.library:
        # Whatever the configuration calls its ports, packets are mbufs of the application's.
        model = Model(name="overlaying", why="an application hands mbufs over")
        return replace(options, metadata=model.name), model
    model = replace(choose(graph, options, diags), ports=options.ports)
    # Without ports there is nobody to exchange buffers with.
    exchanges = next(iter(model.drivers), "") if model.name == "xchange" else ""
    return replace(options, metadata=model.name, exchanges=exchanges), model


def may_exchange(text: str, options: CompileOptions) -> bool:
    """Whether a program may exchange buffers, as far as the text of its configuration tells."""
    named = "pmill:" in text or "net_pmill" in text or XDP_PREFIX in text
    return named or bool(options.ports) or options.metadata == "xchange"


def contents(model: Model, compiler: Compiler) -> list[Path]:
    """Return the objects of the drivers that a program contains."""
    if "net_pmill" not in model.drivers:
        return []
    from pmill.nic import contained

    return [contained(compiler)]


def choose(graph: PipelineGraph, options: CompileOptions, diags: Diagnostics) -> Model:
    """Return the model of a configuration's program.

    Raises DiagnosticError: PM0855 for a --port that cannot be, PM0854 when xchange is asked for and
    an element prevents it.
    """
    _check_ports(graph, options.ports)
    drivers = tuple(sorted({d for _, d in _ports(graph, options.ports) if d is not None}))
    obstacles = dict(_obstacles(graph, options.ports))
    match options.metadata:
        case "auto" if obstacles:
            name, why = next(iter(obstacles.items()))
            return Model(name="overlaying", why=f"'{name}' {why}", drivers=drivers)
        case "auto" if not drivers:
            return Model(name="overlaying", why="no port is named")
        case "auto":
            return Model(name="xchange", why=f"all ports are of {drivers[0]}", drivers=drivers)
        case "xchange":
            for name, why in obstacles.items():
                diags.error(
                    "PM0854",
                    f"'{name}' {why}: the model xchange cannot be",
                    span=graph.elements[name].span,
                    hint="name ports of the software NIC alone (pmill:0, or --port 0=net_pmill), "
                    "or of AF_XDP (xdp:eth0), or take --metadata=overlaying",
                )
            diags.stop_if_errors()
            return Model(name="xchange", why="it was asked for", drivers=drivers)
        case name:
            return Model(name=name, why="it was asked for", drivers=drivers)


def _ports(graph: PipelineGraph, named: Mapping[str, str]) -> Iterator[tuple[Element, str | None]]:
    """Yield the elements of ports, each with its driver if that is known."""
    for element in graph.elements.values():
        if element.spec.name in DEVICE_CLASSES:
            text = element.arguments["port"].text
            if xdp_interface(text) is not None:
                yield element, _XDP
            else:
                yield element, "net_pmill" if _NAMED.fullmatch(text) else named.get(text)


def _obstacles(graph: PipelineGraph, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the elements that prevent buffers from being exchanged, each with why it does."""
    first = ""
    for element, driver in _ports(graph, named):
        text = element.arguments["port"].text
        if driver is None:
            yield element.name, f"uses port {text}, whose driver is not known"
        elif driver != (first := first or driver):
            yield element.name, f"uses port {text}, which is of {driver}, and others are of {first}"
    for element in graph.elements.values():
        if "kernel" in element.spec.needs:
            yield element.name, "exchanges mbufs with the kernel"


def _check_ports(graph: PipelineGraph, named: Mapping[str, str]) -> None:
    used = {e.arguments["port"].text for e, _ in _ports(graph, {})}
    for port, driver in named.items():
        if driver not in _DRIVERS:
            raise fail(
                "PM0855",
                f"--port {port}={driver}: no program can contain the driver {driver}",
                hint=did_you_mean(driver, list(_DRIVERS)) or f"drivers: {', '.join(_DRIVERS)}",
            )
        if port not in used:
            raise fail(
                "PM0855",
                f"--port {port}={driver}: the configuration does not use port {port}",
                hint=f"its ports are {', '.join(sorted(used))}" if used else "it has no port",
            )
