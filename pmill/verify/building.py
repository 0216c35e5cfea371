"""Compiles a configuration with sets of passes; equal code is compiled once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pmill import cache, driver, passes
from pmill.diagnostics import Diagnostics, Source
from pmill.elaborate.handlers import handlers_of
from pmill.emit import lower, render
from pmill.graph import PipelineGraph
from pmill.verify.variants import Passes, PassList


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a set of passes makes of a configuration, before it is compiled.

    `key` is the same for the same program. `refused` says why there is no program; `handlers` are
    those that can be read at its end, `ELEMENT.HANDLER`.
    """

    passes: Passes
    key: str
    handlers: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Makes programs of one configuration."""

    source: Source
    passes: PassList
    _code: dict[Passes, Code] = field(default_factory=dict)

    @cached_property
    def graph(self) -> PipelineGraph:
        """The configuration before any pass; DiagnosticError when it is wrong."""
        options, diags = self.passes.options, Diagnostics()
        return driver.profiled(driver.analyse(self.source, options, diags), options, diags)

    def code(self, chosen: Passes) -> Code:
        """Return what the passes make of the configuration."""
        if chosen not in self._code:
            self._code[chosen] = self._lowered(chosen)
        return self._code[chosen]

    def program(self, code: Code) -> Path:
        """Return the program; DiagnosticError when it cannot be compiled."""
        product = driver.compile_config(
            self.source,
            self.passes.options_of(code.passes),
            Diagnostics(),
            pipeline=self.passes.pipeline,
        )
        assert product.program is not None, "a compilation to exe makes a program"
        return product.program

    def _lowered(self, chosen: Passes) -> Code:
        options = self.passes.options_of(chosen)
        pipeline = passes.DEFAULT if self.passes.pipeline is None else self.passes.pipeline
        try:
            reports = passes.run(self.graph, options, pipeline)
            graph = reports[-1].graph if reports else self.graph
            plan = lower(graph, counted=options.counted)
            text = render(plan)
        except Exception as error:  # whatever a wrong pass does, and what its graph leads to
            if not chosen:
                raise
            told = str(error) if isinstance(error, AssertionError) else repr(error)
            return Code(passes=chosen, key=f"refused {told}", refused=told)
        llvm = sorted(chosen & driver.LLVM_PASSES.keys())
        key = cache.key(text, [(d.symbol, d.content) for d in plan.data], llvm)
        return Code(passes=chosen, key=key, handlers=tuple(_handlers(graph)))


def _handlers(graph: PipelineGraph) -> list[str]:
    """What can be read of every element and must not depend on passes; counters are told anyway."""
    left_out = {"name", "class", "ports", "handlers"}
    of_class = {
        e.spec.name: [
            name
            for name, handler in handlers_of(e.spec).items()
            if handler.reads and name not in left_out | {c.name for c in e.spec.counters}
        ]
        for e in graph.elements.values()
    }
    return [f"{name}.{h}" for name, e in graph.elements.items() for h in of_class[e.spec.name]]
