"""What is found out of all elements of a graph before any of its text is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pmill.emit.origins import foreseen
from pmill.emit.straight import straight_end
from pmill.emit.usual import usual_output
from pmill.graph import PipelineGraph, field_bits, field_names, held_at_entry, layout
from pmill.passes.heat import cold_elements


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Fields that elements need, by name and as bits, and whether packets usually come to them.

    `foreseen` has for each source the lookups that guess at its frames, `straight` for some the
    element that gets all of them, `usual` the output that most packets take.
    """

    live: Mapping[str, int]
    born: Mapping[str, int]
    cold: frozenset[str]
    foreseen: Mapping[str, tuple[str, ...]]
    straight: Mapping[str, str]
    usual: Mapping[str, int | None]

    @property
    def lookups(self) -> tuple[str, ...]:
        """All of these lookups, in the order of their numbers."""
        return tuple(dict.fromkeys(name for names in self.foreseen.values() for name in names))


def facts_of(graph: PipelineGraph) -> Facts:
    """Find them out."""
    carried = field_bits(field_names() if graph.live is None else graph.live)
    cold = cold_elements(graph)
    return Facts(
        live={name: bits & carried for name, bits in held_at_entry(graph).items()},
        born=layout.births(graph),
        cold=cold,
        foreseen={e.name: foreseen(graph, e, cold) for e in graph.elements.values()},
        straight={e.name: end for e in graph.elements.values() if (end := straight_end(graph, e))},
        usual={e.name: usual_output(graph, e, cold) for e in graph.elements.values()},
    )
