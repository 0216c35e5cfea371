"""The stage itself: classes found, ports counted and resolved, arguments valued, graph built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pmill.diagnostics import DiagnosticError, Diagnostics, Note, did_you_mean
from pmill.elaborate.arguments import canonical_config, read_arguments
from pmill.elaborate.assignment import ElementContext, Named
from pmill.elaborate.decisions import PASS_INFO, apply_decisions
from pmill.elaborate.files import Files
from pmill.elaborate.handlers import keep as keep_changeable
from pmill.elaborate.names import Names, phase
from pmill.elaborate.names import read as read_names
from pmill.elaborate.placement import place
from pmill.elaborate.ports import count_ports, merged, resolve_ports
from pmill.elaborate.propagation import Instance
from pmill.elaborate.second_workers import refuse_second_workers
from pmill.elaborate.unset_metadata import warn_of_unset_metadata
from pmill.elaborate.upstream import name_upstream
from pmill.elements.provisions import PROVISIONS
from pmill.elements.spec import ElementSpec
from pmill.graph import Connection, Element, PipelineGraph, Port, Value
from pmill.syntax.flat import FlatConfig, FlatElement

UNKNOWN_CLASS = "PM0301"


def elaborate(
    flat: FlatConfig,
    library: Mapping[str, ElementSpec],
    *,
    dialect: str,
    keep: Iterable[str] = (),
    diags: Diagnostics,
) -> PipelineGraph:
    """Build the graph of a configuration; report everything that is wrong, then stop if anything.

    `dialect` ("fastclick" or "click") chooses between defaults that differ; `keep` names handlers
    that must stay writable. When `diags` has
    errors already, connections may be missing: then only the arguments are checked.
    """
    whole = not diags.has_errors
    decisions = [e for e in flat.elements if e.class_name == PASS_INFO]
    _check_requirements(flat, library, diags)
    elements = _with_specs(flat, library, diags)
    connections = merged(flat.connections)
    _check_single(elements, diags)
    instances = count_ports(elements, connections, diags)
    named = _named(flat, instances)
    names = read_names((name, x.spec.name, x.element.config) for name, x in instances.items())
    files = Files(flat.source.name)
    in_phases = sorted(instances.items(), key=lambda item: phase(item[1].spec))
    values = {name: _values(x, dialect, named, names, files, diags) for name, x in in_phases}
    if whole and len(instances) + len(decisions) == len(flat.elements):
        ports = resolve_ports(instances, connections, diags)
        for name, x in instances.items():
            if name in ports and "pull" not in ports[name].inputs:
                _check_pull_only(x, values[name] or {}, diags)
    diags.stop_if_errors()
    graph = PipelineGraph(
        elements={
            name: Element(
                name=name,
                spec=x.spec,
                arguments=values[name] or {},
                config=canonical_config(x.spec, values[name] or {}),
                inputs=ports[name].inputs,
                outputs=ports[name].outputs,
                span=x.element.span,
            )
            for name, x in instances.items()
        },
        connections=tuple(
            Connection(
                source=Port(element=c.source, number=c.source_port),
                target=Port(element=c.target, number=c.target_port),
                span=c.span,
            )
            for c in connections
        ),
        source_name=flat.source.name,
        text=flat.source.text,
        requirements=flat.requirements,
        files=files.names,
    )
    graph = name_upstream(graph, diags)
    graph = place(keep_changeable(graph, keep, diags), diags)
    graph = apply_decisions(graph, decisions, diags)
    diags.stop_if_errors()
    if not decisions:  # passes may have removed what set it, where it was known to say nothing
        warn_of_unset_metadata(graph, diags)
        refuse_second_workers(graph, diags)
        diags.stop_if_errors()
    return graph


def _check_requirements(
    flat: FlatConfig, library: Mapping[str, ElementSpec], diags: Diagnostics
) -> None:
    for requirement in flat.requirements:
        if requirement not in PROVISIONS and requirement not in library:
            diags.error(
                "PM0313",
                f"requirement '{requirement}' not available",
                hint="pmill provides its element classes and "
                f"{', '.join(sorted(PROVISIONS))}; remove the requirement if it is not needed",
            )


def _check_single(elements: list[tuple[FlatElement, ElementSpec]], diags: Diagnostics) -> None:
    """Report further elements of a class of which there may be one (PM0314)."""
    first: dict[str, FlatElement] = {}
    for element, spec in elements:
        if spec.single and first.setdefault(spec.name, element) is not element:
            note = Note("the other one", first[spec.name].span)
            diags.error(
                "PM0314",
                f"there can be only one {spec.name}",
                element.class_span,
                notes=(note,),
                hint="it speaks for the whole program; put the arguments of both into one",
            )


def _check_pull_only(x: Instance, values: Mapping[str, Value], diags: Diagnostics) -> None:
    for arg in x.spec.arguments:
        if arg.pull and arg.name in values and values[arg.name].click is not None:
            diags.error(
                "PM0410",
                f"{x.label}: {arg.keyword} is meaningless in push context",
                x.element.config.span,
                hint="remove it: the element is pushed to",
                about=Note(x.label, x.element.span),
            )


def _named(flat: FlatConfig, instances: Mapping[str, Instance]) -> dict[str, Named]:
    """Return what arguments may name: all elements, also those whose class nobody knows."""
    return {
        e.name: Named(
            class_name=instances[e.name].spec.name if e.name in instances else None, span=e.span
        )
        for e in flat.elements
    }


def _values(
    x: Instance,
    dialect: str,
    named: Mapping[str, Named],
    names: Names,
    files: Files,
    diags: Diagnostics,
) -> dict[str, Value] | None:
    ctx = ElementContext(
        spec=x.spec,
        name=x.element.name,
        label=x.label,
        span=x.element.class_span,
        declared=x.element.span,
        outputs=x.outputs,
        dialect=dialect,
        elements=named,
        names=names,
        files=files,
        diags=diags,
    )
    return read_arguments(x.element.config, ctx)


def _with_specs(
    flat: FlatConfig, library: Mapping[str, ElementSpec], diags: Diagnostics
) -> list[tuple[FlatElement, ElementSpec]]:
    """Find the class of every element; report unknown ones (PM0301) and unreadable headers."""
    # Flattening reports them too, if it knows the library, and keeps the elements.
    reported = [(d.code, d.span) for d in diags]
    found: list[tuple[FlatElement, ElementSpec]] = []
    unreadable: set[str] = set()
    for element in flat.elements:
        name = element.class_name
        if name == PASS_INFO or name in unreadable:
            continue
        try:
            if name in library:
                found.append((element, library[name]))
            elif (UNKNOWN_CLASS, element.class_span) not in reported:
                hint = did_you_mean(name, list(library))
                text = f"unknown element class '{name}'"
                diags.error(UNKNOWN_CLASS, text, element.class_span, hint=hint)
        except DiagnosticError as error:  # once a class, not once an instance
            unreadable.add(name)
            for d in error.diagnostics:
                diags.error(d.code, d.message, d.span, notes=d.notes, hint=d.hint)
    return found
