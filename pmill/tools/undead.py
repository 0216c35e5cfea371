"""`pmill undead`: prints a flat configuration without what cannot matter.

FromDump(in.pcap) -> s :: StaticSwitch(1); s [0] -> Discard; s [1] -> Null -> ToDump(out.pcap);

FromDump@1 :: FromDump(in.pcap);
ToDump@5 :: ToDump(out.pcap);

FromDump@1 -> ToDump@5;
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pmill.diagnostics import Diagnostics
from pmill.tools.flatten import warn
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import ELEMENT_OPTIONS, KEEP, OUTPUT, Command, compile_options, start
from pmill.tools.words import Option

if TYPE_CHECKING:
    from pmill.graph import PipelineGraph
    from pmill.syntax import FlatConfig

_COMMAND: Final = Command(
    name="pmill undead",
    about="Print a configuration without elements that cannot matter: those on no way from a\n"
    "source to a sink, Null, StaticSwitch and StaticPullSwitch, and inputs of schedulers by\n"
    "which nothing comes. What another element names stays.",
    options=(
        *SOURCE_OPTIONS,
        OUTPUT,
        Option(name="verbose", help="say on standard error what was removed"),
        KEEP,
        *ELEMENT_OPTIONS,
    ),
)


def main(argv: Sequence[str]) -> int:
    """Print what is left of a configuration; returns an exit status."""
    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    from pmill import driver
    from pmill.elaborate import elaborate
    from pmill.passes.remove_dead import RemoveDead
    from pmill.syntax import flat_text

    diags = Diagnostics()
    options = compile_options(words)
    flat, library = driver.flat_config(source, options, diags)
    graph = elaborate(flat, library, dialect=options.dialect, keep=options.keep, diags=diags)
    removal = RemoveDead(idle=library["Idle"])
    left = removal.run(graph)
    warn(diags)
    if words.has("verbose"):
        print(removal.explain(graph, left), file=sys.stderr)
    return write_output(words.last("output") or "-", flat_text(_flat(left, flat)))


def _flat(graph: PipelineGraph, before: FlatConfig) -> FlatConfig:
    """Return a graph as a flat configuration; elements that were there before are written so."""
    from pmill.syntax import ConfigText, FlatConnection, FlatElement

    written = {e.name: e for e in before.elements}
    elements = (
        written.get(e.name)
        or FlatElement(
            name=e.name,
            class_name=e.spec.name,
            class_span=e.span,
            config=ConfigText(text=e.config, span=e.span, verbatim=False),
            span=e.span,
        )
        for e in graph.elements.values()
    )
    connections = (
        FlatConnection(
            source=c.source.element,
            source_port=c.source.number,
            target=c.target.element,
            target_port=c.target.number,
            span=c.span,
        )
        for c in graph.connections
    )
    return replace(before, elements=tuple(elements), connections=tuple(connections))
