"""Straight ways: from a device to a device, and every packet goes all of it."""

from __future__ import annotations

from pmill.graph import Element, PipelineGraph


def straight_end(graph: PipelineGraph, source: Element) -> str | None:
    """Return the element that gets all that a source receives, and nothing else; None for none.

    Each element on the way lets every packet through, inlined, so nothing need be kept of which
    packets came so far: behind the last one is the whole burst, as it was received.
    """
    if not (source.spec.source and source.spec.everywhere and source.spec.through):
        return None
    here = source
    while ways := graph.outgoing(here.name):
        (way, *others), there = ways, graph.elements[ways[0].target.element]
        if others or way.call != "inline" or not there.spec.through:
            return None
        if len(graph.incoming(there.name)) != 1:
            return None
        here = there
    return None if here is source or here.outputs else here.name
