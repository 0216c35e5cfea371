"""Chooses the alternative of a compound that fits an instance: its ports and its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pmill.diagnostics import Diagnostics, Note, Span
from pmill.syntax.binding import Misfit, bind, parameters_text
from pmill.syntax.body import Border, Instance, Link, Node
from pmill.syntax.classes import CompoundClass, Variant
from pmill.syntax.flat import ConfigText
from pmill.syntax.reader import read_body
from pmill.syntax.variables import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The ports of one side that connections use, each with a place where it is used."""

    inputs: dict[int, Span]
    outputs: dict[int, Span]

    @property
    def counts(self) -> tuple[int, int]:
        """Numbers of inputs and outputs."""
        return max(self.inputs, default=-1) + 1, max(self.outputs, default=-1) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An alternative and the values of its parameters."""

    variant: Variant
    values: dict[str, str]


class UsageIndex:
    """The ports of every compound instance that the links of one namespace use."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._inputs: dict[Node, dict[int, Span]] = {}
        self._outputs: dict[Node, dict[int, Span]] = {}
        for link in links:
            self._inputs.setdefault(link.target, {}).setdefault(link.target_port, link.target_span)
            self._outputs.setdefault(link.source, {}).setdefault(link.source_port, link.source_span)

    def of(self, instance: Instance) -> Usage:
        """Return the ports of an instance that are used around it."""
        return Usage(
            inputs=self._inputs.get(instance.border.entry, {}),
            outputs=self._outputs.get(instance.border.exit, {}),
        )

    def inside(self, border: Border) -> Usage:
        """Return the ports of `input` and `output` that the inside of a border uses."""
        return Usage(
            inputs=self._outputs.get(border.entry, {}), outputs=self._inputs.get(border.exit, {})
        )


def choose(
    compound: CompoundClass,
    instance: Instance,
    arguments: Sequence[ConfigText],
    usage: Usage,
    diags: Diagnostics,
) -> Choice | str | None:
    """Return the first alternative that fits exactly, or the primitive class to fall back to.

    None after an error. A compound of one alternative takes any ports: what is wrong with them
    is said when it is expanded.
    """
    if len(compound.variants) == 1 and compound.fallback is None:
        variant = compound.variants[0]
        bound = bind(variant.node.formals or (), arguments)
        if not isinstance(bound, Misfit):
            return Choice(variant=variant, values=bound)
        _report_no_match(compound, instance, arguments, usage, diags, bound)
        return None
    for variant in compound.variants:
        bound = bind(variant.node.formals or (), arguments)
        if not isinstance(bound, Misfit) and _ports(variant) == usage.counts:
            return Choice(variant=variant, values=bound)
    if compound.fallback is not None:
        return compound.fallback
    _report_no_match(compound, instance, arguments, usage, diags)
    return None


def _ports(variant: Variant) -> tuple[int, int]:
    """Return the numbers of inputs and outputs of an alternative; its errors are not said here."""
    border = Border(entry=Node(), exit=Node())
    body = read_body(
        variant.node.statements, Scope(), variant.classes, Diagnostics(), border=border
    )
    return UsageIndex(body.links).inside(border).counts


def _report_no_match(
    compound: CompoundClass,
    instance: Instance,
    arguments: Sequence[ConfigText],
    usage: Usage,
    diags: Diagnostics,
    misfit: Misfit | None = None,
) -> None:
    """Report that nothing fits; `misfit` says why where there is one alternative."""
    counts = [_counted(len(arguments), "argument")] if arguments else []
    wanted = ", ".join([*counts, *_ports_text(usage.counts)])
    candidates = []
    for variant in compound.variants:
        formals = variant.node.formals or ()
        config = f"({parameters_text(formals)})" if formals else ""
        ports = ", ".join(_ports_text(_ports(variant)))
        candidates.append(Note(f"candidate {compound.shown}{config}[{ports}]", variant.span))
    hint = "arguments and used ports must fit one of the alternatives exactly"
    diags.error(
        "PM0326" if misfit is None else "PM0325",
        f"no match for '{compound.shown}[{wanted}]'",
        (misfit and misfit.span) or instance.class_span,
        notes=tuple(candidates),
        hint=hint if misfit is None else misfit.message,
        about=Note(instance.name, instance.span),
    )


def _ports_text(counts: tuple[int, int]) -> list[str]:
    return [_counted(counts[0], "input"), _counted(counts[1], "output")]


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
