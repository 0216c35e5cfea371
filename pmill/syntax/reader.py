"""Reads the statements of the file or of a compound into instances and links between them.

Only one level is read: a compound instance stays closed, with one node for the side that packets
enter by and one for the side they leave by. flatten.py opens it.
"""

from __future__ import annotations

import re
from typing import assert_never

from pmill.diagnostics import Diagnostics, Note
from pmill.syntax import nodes
from pmill.syntax.arguments import split_arguments, split_words
from pmill.syntax.body import Body, Border, Instance, Link, Node, text_of
from pmill.syntax.classes import Classes
from pmill.syntax.connect import Side, connect, side
from pmill.syntax.libraries import library_name
from pmill.syntax.namespace import Namespace
from pmill.syntax.variables import Scope

_VARIABLE = re.compile(r"\$[A-Za-z0-9_]+")


def read_body(
    statements: tuple[nodes.Statement, ...],
    scope: Scope,
    classes: Classes,
    diags: Diagnostics,
    *,
    border: Border | None = None,
    name: str = "",
    fixed: frozenset[str] = frozenset(),
) -> Body:
    """Return what a list of statements says.

    Inside the compound `name`, `input` and `output` mean its `border`. Variables in `fixed` come
    from the command line: a `define` does not change them.
    """
    body = Body(scope=scope, classes=classes.with_later(statements), name=name)
    reader = _Reader(body, diags, fixed)
    if border is not None:
        reader.names.enter(border)
    reader.read(statements)
    reader.names.name_anonymous()
    return body


class _Reader:
    def __init__(self, body: Body, diags: Diagnostics, fixed: frozenset[str]) -> None:
        self.body = body
        self.diags = diags
        self.fixed = fixed
        self.names = Namespace(body, diags)

    def read(self, statements: tuple[nodes.Statement, ...]) -> None:
        """Read statements in order; variables first, for `define` holds in its whole scope."""
        self.names.announce(statements)
        for statement in statements:
            if isinstance(statement, nodes.Definitions):
                self._define(statement)
        for statement in statements:
            match statement:
                case nodes.Chain():
                    self._chain(statement)
                case nodes.Declaration():
                    self.names.declare(statement)
                case nodes.ClassDefinition():
                    self.names.define_class(statement)
                case nodes.Requirement():
                    self._require(statement)
                case nodes.Definitions():
                    pass
                case _:
                    assert_never(statement)

    def _define(self, statement: nodes.Definitions) -> None:
        for argument in split_arguments(text_of(statement.config, statement.span)):
            words = split_words(argument)
            variable = words[0] if words else argument
            name = variable.text[1:]
            if not _VARIABLE.fullmatch(variable.text):
                self.names.error(
                    "PM0320",
                    "bad 'define' declaration: not a variable",
                    variable.span,
                    hint="write 'define($NAME value)'",
                )
                continue
            first = self.body.scope.definitions.get(name)
            if name in self.fixed:
                self.body.scope.used.add(name)
            elif first is not None:
                notes = (Note("first defined here", first.span),) if first.span else ()
                self.names.error(
                    "PM0321",
                    f"parameter '${name}' multiply defined",
                    variable.span,
                    notes=notes,
                    hint="give each variable one value",
                )
            else:
                value = argument.text[len(variable.text) :].strip()
                self.body.scope.define(name, value, variable.span, final=False)

    def _require(self, statement: nodes.Requirement) -> None:
        for argument in split_arguments(text_of(statement.config, statement.span)):
            words = [word.text for word in split_words(argument)]
            if library_name(argument) is not None:
                if self.names.pseudo:
                    self.names.error(
                        "PM0322",
                        "'require library' must be used at file scope",
                        argument.span,
                        hint="require it outside of compounds: its classes are known inside, too",
                    )
            elif len(words) == 1 or (len(words) == 2 and words[0] == "package"):
                self.body.requirements.append(words[-1].strip("\"'"))
            else:
                self.names.error(
                    "PM0322",
                    "syntax error at requirement",
                    argument.span,
                    hint="write 'require(feature)' or 'require(package \"name\")'",
                )

    def _resolve(self, element: nodes.ElementExpression) -> Instance:
        match element:
            case nodes.Reference():
                return self.names.refer(element)
            case nodes.Declaration():
                return self.names.declare(element)[0]
            case nodes.Anonymous():
                class_ = self.names.class_of(element.compound)
                return self.names.make(
                    "", class_, element.config, element.span, element.compound.span
                )
            case nodes.Group():
                return self._group(element)
            case _:
                assert_never(element)

    def _group(self, group: nodes.Group) -> Instance:
        instance = self.names.make("", None, None, group.span, group.span)
        before = len(self.body.links)
        border = instance.border
        self.names.enter(border)
        self.read(group.statements)
        self.names.pseudo.pop()
        inner = self.body.links[before:]
        inputs = [link.source_port for link in inner if link.source is border.entry]
        outputs = [link.target_port for link in inner if link.target is border.exit]
        instance.implicit_inputs = max(inputs, default=-1) + 1
        instance.implicit_outputs = max(outputs, default=-1) + 1
        return instance

    def _chain(self, chain: nodes.Chain) -> None:
        stages = [
            [(endpoint, self._at_end(endpoint, first=n == 0)) for endpoint in stage.endpoints]
            for n, stage in enumerate(chain.stages)
        ]
        for arrow, left, right in zip(chain.arrows, stages[:-1], stages[1:], strict=True):
            sources = [self._side(e, i, output=True) for e, i in left]
            targets = [self._side(e, i, output=False) for e, i in right]
            if any(i.undeclared for _, i in (*left, *right)):
                continue
            pairs = connect(arrow, sources, targets, self.diags)
            self.body.broken |= pairs is None
            for source, target, from_, to in pairs or ():
                self.body.links.append(
                    Link(
                        source=source[0],
                        source_port=source[1],
                        target=target[0],
                        target_port=target[1],
                        source_span=from_,
                        target_span=to,
                        context=arrow.context,
                    )
                )

    def _at_end(self, endpoint: nodes.Endpoint, *, first: bool) -> Instance:
        if endpoint.element is not None:
            return self._resolve(endpoint.element)
        return self.names.pseudo[-1]["input" if first else "output"]

    def _side(self, endpoint: nodes.Endpoint, instance: Instance, *, output: bool) -> Side[Node]:
        ports = endpoint.outputs if output else endpoint.inputs
        if endpoint.element is None:
            ports = endpoint.inputs
        wrong = "output" if output else "input"
        if self.names.pseudo and instance is self.names.pseudo[-1][wrong]:
            right = "input" if output else "output"
            self.names.error(
                "PM0307",
                f"'{self.body.name}' pseudoelement '{instance.name}' may only be used as {right}",
                endpoint.span,
                hint=f"packets {'leave' if output else 'enter'} the compound by '{wrong}'; "
                f"they cannot be connected {'from' if output else 'to'} there",
            )
        implicit = instance.implicit_outputs if output else instance.implicit_inputs
        node = instance.border.exit if output else instance.border.entry
        return side(node, ports, endpoint.span, implicit)
