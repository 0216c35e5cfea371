"""The ports that device elements name: DPDK's, and interfaces of the kernel through AF_XDP."""

from __future__ import annotations

from typing import Final

from pmill.graph.model import PipelineGraph

DEVICE_CLASSES: Final = ("FromDPDKDevice", "ToDPDKDevice")
XDP_PREFIX: Final = "xdp:"
XDP_PART: Final = "xdp"
"""The part of the runtime, `runtime/src/xdp.cc`, that such ports take."""


def device_ports(graph: PipelineGraph) -> tuple[str, ...]:
    """Return the ports of a configuration, as it writes them, sorted."""
    devices = (e for e in graph.elements.values() if e.spec.name in DEVICE_CLASSES)
    return tuple(sorted({e.arguments["port"].text for e in devices}))


def xdp_interface(port: str) -> str | None:
    """Return the interface that a port such as `xdp:eth0` names; None of another port."""
    return port.removeprefix(XDP_PREFIX) if port.startswith(XDP_PREFIX) else None
