"""Tree to flat configuration: compounds are expanded in place, variables replaced by values.

An instance `x` of a compound becomes elements `x/inner`. Elements keep Click's order: those of a
namespace as written, then what is inside its compounds, one after the other.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from pmill.diagnostics import Diagnostics, Note, Span, did_you_mean
from pmill.syntax import nodes
from pmill.syntax.arguments import split_arguments
from pmill.syntax.body import Body, Border, Instance, Link, Node, text_of
from pmill.syntax.checks import REST
from pmill.syntax.classes import Classes, CompoundClass
from pmill.syntax.flat import ConfigText, FlatClass, FlatConfig, FlatElement
from pmill.syntax.reader import read_body
from pmill.syntax.selection import Choice, Usage, UsageIndex, choose
from pmill.syntax.splice import splice
from pmill.syntax.variables import ExpansionError, Scope, expand, global_scope

MAX_DEPTH = 100  # of compounds in compounds
MAX_INSTANCES = 50_000


def flatten(
    config: nodes.Config,
    variables: Mapping[str, str],
    known_classes: Container[str],
    diags: Diagnostics,
) -> FlatConfig:
    """Return the elements and connections that a configuration means.

    `variables` are the command line's; they win over `define`. An element of an unknown class is
    reported (PM0301) and kept, so that the stages after this one can find more errors. Raises
    `DiagnosticError` when the tree already has errors: what is missing in it would be reported
    as errors here.
    """
    diags.stop_if_errors()
    run = _Flattening(diags)
    scope = global_scope(variables)
    body = _file_body(config, scope, variables, known_classes, diags)
    run.expand(body, "", 0)
    run.read_unused()
    _report_unused_variables(scope, variables, diags)
    if not run.elements and not diags.has_errors:
        diags.error(
            "PM0300",
            f"configuration '{config.source.name}' has no elements",
            hint="declare one, for example 'FromDPDKDevice(0) -> ToDPDKDevice(1);'",
        )
    return FlatConfig(
        source=config.source,
        elements=tuple(run.elements.values()),
        connections=splice(run.links),
        requirements=tuple(dict.fromkeys(run.requirements)),
    )


def flatten_classes(
    config: nodes.Config,
    variables: Mapping[str, str],
    known_classes: Container[str],
    diags: Diagnostics,
) -> tuple[FlatClass, ...]:
    """Return the inside of every compound class that a file defines, in the order of definition.

    A class with alternatives (`||`) has no single inside and is left out.
    """
    diags.stop_if_errors()
    body = _file_body(config, global_scope(variables), variables, known_classes, diags)
    compounds = [c for c in body.classes.defined.values() if isinstance(c, CompoundClass)]
    return tuple(
        _inside(compound, diags)
        for compound in compounds
        if len(compound.variants) == 1 and compound.fallback is None
    )


def _file_body(
    config: nodes.Config,
    scope: Scope,
    variables: Mapping[str, str],
    known_classes: Container[str],
    diags: Diagnostics,
) -> Body:
    classes = Classes(known=known_classes, defined={}, being_defined={}, later={})
    return read_body(config.statements, scope, classes, diags, fixed=frozenset(variables))


def _inside(compound: CompoundClass, diags: Diagnostics) -> FlatClass:
    (variant,) = compound.variants
    formals = variant.node.formals or ()
    run = _Flattening(diags)
    border = Border(entry=Node("input"), exit=Node("output"))
    parameters = tuple(formal.name for formal in formals)
    run.expand(run.body_of(compound, Choice(variant=variant, values={}), border, parameters), "", 0)
    return FlatClass(
        name=compound.name,
        parameters=parameters,
        rest=next((formal.name for formal in formals if formal.keyword == REST), None),
        elements=tuple(run.elements.values()),
        connections=splice(run.links),
        span=compound.span,
    )


# Elements whose arguments have variables of their own.
_HAVE_VARIABLES = ("Script", "DriverManager")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """A compound or group instance whose inside is looked at; `name` is that of its class."""

    instance: Instance
    name: str
    span: Span
    usage: Usage
    broken: bool  # whether links around it may be missing


class _Flattening:
    def __init__(self, diags: Diagnostics) -> None:
        self.diags = diags
        self.elements: dict[str, FlatElement] = {}
        self.links: list[Link] = []
        self.requirements: list[str] = []
        self.instances = 0
        self.read: set[int] = set()  # by id: alternatives of compounds that were read
        self.compounds: list[CompoundClass] = []

    def expand(self, body: Body, prefix: str, depth: int) -> None:
        """Add the elements of a namespace, then those of the compounds in it."""
        self.instances += len(body.instances)
        if self.instances > MAX_INSTANCES or depth > MAX_DEPTH:
            self._too_large(body, depth)
            return
        self.links += body.links
        self.requirements += body.requirements
        self.compounds += body.compounds
        usage = UsageIndex(body.links)
        openings: list[_Opening] = []
        for instance in body.instances:
            if isinstance(instance.class_, CompoundClass):
                name, span = instance.class_.shown, instance.class_.span
            elif instance.class_ is not None:
                self._add(instance, instance.class_, body.scope, prefix)
                continue
            elif instance.undeclared:
                continue
            else:
                name, span = "<anonymous group>", instance.span
            openings.append(
                _Opening(
                    instance=instance,
                    name=name,
                    span=span,
                    usage=usage.of(instance),
                    broken=body.broken,
                )
            )
        for opening in openings:
            if isinstance(opening.instance.class_, CompoundClass):
                self._open(opening, opening.instance.class_, body.scope, prefix, depth)
            elif not body.broken:
                self._check_ports(opening, usage.inside(opening.instance.border))

    def read_unused(self) -> None:
        """Read the compounds that were never expanded, for the errors in them alone."""
        unused = _Flattening(self.diags)
        unused.read = self.read
        pending = self.compounds
        while pending:
            unused.compounds = []
            for compound in pending:
                for variant in compound.variants:
                    if id(variant.node) in self.read:
                        continue
                    formals = variant.node.formals or ()
                    values = {formal.name: f"${formal.name}" for formal in formals}
                    choice = Choice(variant=variant, values=values)
                    border = Border(entry=Node(), exit=Node())
                    body = unused.body_of(compound, choice, border)
                    inside = UsageIndex(body.links).inside(border)
                    if not body.broken:
                        self._report_gaps(compound.shown, "input", inside.inputs)
                        self._report_gaps(compound.shown, "output", inside.outputs)
                    unused.expand(body, f"{compound.shown}/", 0)
                    unused.elements.clear()
            pending = unused.compounds

    def body_of(
        self, compound: CompoundClass, choice: Choice, border: Border, open_: Iterable[str] = ()
    ) -> Body:
        """Read the inside of a compound with its parameters set, but for those left open."""
        variant = choice.variant
        self.read.add(id(variant.node))
        scope = Scope(variant.scope)
        for name, value in choice.values.items():
            scope.define(name, value, variant.span, final=True)
        scope.leave_open(open_)
        return read_body(
            variant.node.statements,
            scope,
            variant.classes,
            self.diags,
            border=border,
            name=compound.shown,
        )

    def _open(
        self, opening: _Opening, compound: CompoundClass, scope: Scope, prefix: str, depth: int
    ) -> None:
        instance = opening.instance
        config = self._expanded(instance, scope)
        choice = choose(compound, instance, split_arguments(config), opening.usage, self.diags)
        if isinstance(choice, str):
            instance.border.exit.element = prefix + instance.name
            self._add_as(instance, choice, config, prefix)
        elif choice is not None:
            body = self.body_of(compound, choice, instance.border)
            inside = UsageIndex(body.links).inside(instance.border)
            if not (body.broken or opening.broken):
                self._check_ports(opening, inside)
            self.expand(body, f"{prefix}{instance.name}/", depth + 1)

    def _add(self, instance: Instance, class_name: str, scope: Scope, prefix: str) -> None:
        self._add_as(instance, class_name, self._expanded(instance, scope, class_name), prefix)

    def _add_as(self, instance: Instance, class_name: str, config: ConfigText, prefix: str) -> None:
        name = prefix + instance.name
        instance.border.entry.element = name
        first = self.elements.get(name)
        if first is not None:
            self.diags.error(
                "PM0303",
                f"redeclaration of element '{name}'",
                instance.span,
                notes=(Note(f"element '{name}' previously declared here", first.span),),
                hint="an element inside a compound has the same name; rename one of them",
            )
        self.elements[name] = FlatElement(
            name=name,
            class_name=class_name,
            class_span=instance.class_span,
            config=config,
            span=instance.span,
        )

    def _expanded(self, instance: Instance, scope: Scope, class_name: str = "") -> ConfigText:
        text = text_of(instance.config, instance.class_span)

        def undefined(name: str, start: int, end: int) -> None:
            if class_name in _HAVE_VARIABLES:
                return
            self.diags.warning(
                "PM0308",
                f"variable '${name}' is not defined",
                text.part(start, end),
                hint=did_you_mean(name, scope.names())
                or f"set it with 'define(${name} value)' or {name}=VALUE on the command line",
            )

        try:
            return expand(text, scope, undefined=undefined)
        except ExpansionError as error:
            self.diags.error(
                "PM0327", str(error), text.span, hint="look at the 'define' statements"
            )
            return text

    def _check_ports(self, opening: _Opening, inside: Usage) -> None:
        """Check that the ports used around an instance are those its compound has."""
        self._check_side(opening, "input", inside.inputs, opening.usage.inputs)
        self._check_side(opening, "output", inside.outputs, opening.usage.outputs)

    def _check_side(
        self, opening: _Opening, kind: str, within: dict[int, Span], around: dict[int, Span]
    ) -> None:
        instance, name = opening.instance, opening.name
        count = max(within, default=-1) + 1
        if self._report_gaps(name, kind, within):
            return
        for port, span in around.items():
            if port >= count:
                has = f"it has {count} {kind}{'' if count == 1 else 's'}"
                self.diags.error(
                    "PM0329",
                    f"'{instance.name}' has no {kind} {port}",
                    span,
                    notes=(Note(f"{has}; it is defined here", opening.span),),
                    hint=f"remove this connection, or use '{kind} [{port}]' in the compound",
                    about=Note(instance.name, instance.span),
                )
        for port in within:
            if port not in around:
                self.diags.error(
                    "PM0330",
                    f"'{instance.name}' {kind} {port} unused",
                    instance.span,
                    notes=(Note("the compound uses it here", within[port]),),
                    hint=f"connect '{instance.name}', {kind} {port}",
                )

    def _report_gaps(self, name: str, kind: str, within: dict[int, Span]) -> bool:
        """Report numbers that a compound leaves out; return whether there are any."""
        last = max(within, default=-1)
        missing = [port for port in range(last) if port not in within]
        for port in missing:
            self.diags.error(
                "PM0328",
                f"'{name}' {kind} {port} missing",
                within[last],
                hint=f"the {kind}s of a compound are numbered from 0 without gaps",
            )
        return bool(missing)

    def _too_large(self, body: Body, depth: int) -> None:
        place = body.instances[0].span if body.instances else None
        what = (
            "maximum compound element nesting depth exceeded"
            if depth > MAX_DEPTH
            else f"the configuration has more than {MAX_INSTANCES} elements"
        )
        self.diags.error("PM0331", what, place, hint="use fewer compounds inside compounds")


def _report_unused_variables(
    scope: Scope, variables: Mapping[str, str], diags: Diagnostics
) -> None:
    defined = [name for name in scope.definitions if name not in variables]
    for name in variables:
        if name not in scope.used:
            hint = did_you_mean(name, defined)
            diags.warning(
                "PM0309", f"variable '${name}' of the command line is not used", hint=hint
            )
