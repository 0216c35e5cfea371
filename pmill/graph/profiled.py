"""What a profile says of a graph: how many packets cross its connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pmill.graph.flow import flows
from pmill.graph.model import Connection, PipelineGraph
from pmill.graph.printer import connection_key

_RARE = 64  # one packet in so many, or fewer


def with_packets(graph: PipelineGraph, packets: Mapping[str, int]) -> PipelineGraph:
    """Return the graph with the counts of those connections that the profile names."""
    return graph.with_connections(
        replace(c, packets=packets.get(connection_key(graph, c), c.packets))
        for c in graph.connections
    )


def share(graph: PipelineGraph, connection: Connection) -> float | None:
    """Return which part of the packets that could take a connection did; None where nobody knows.

    These are the packets that entered its source by inputs from which the output can be reached;
    of a source, those on all its outputs.
    """
    if connection.packets is None:
        return None
    element = graph.elements[connection.source.element]
    entered = [
        c.packets
        for c in graph.incoming(element.name)
        if flows(element, c.target.number, connection.source.number)
    ] or [c.packets for c in graph.outgoing(element.name)]
    known = [n for n in entered if n is not None]
    total = max(sum(known), connection.packets)
    return connection.packets / total if total and len(known) == len(entered) else None


def is_rare(graph: PipelineGraph, connection: Connection) -> bool | None:
    """Whether a profile says that few packets take a connection; None where it does not tell."""
    part = share(graph, connection)
    return None if part is None else part * _RARE <= 1
