"""Builds the nodes while the parser reduces: one method per rule of grammar/click.lark."""

# The methods say what their rules say: no docstrings.
# ruff: noqa: D102

from __future__ import annotations

from typing import Any, cast

from lark import Transformer

from pmill.diagnostics import Span
from pmill.syntax import nodes
from pmill.syntax.lexer import SpannedToken
from pmill.syntax.places import cover


class Statements(list[nodes.Statement]):
    """The statements read so far at one level: where the parser can pick up after an error."""


def _around(children: list[Any]) -> Span:
    return cover(children[0].span, children[-1].span)


def _name(token: SpannedToken) -> nodes.Name:
    return nodes.Name(text=str(token), span=token.span)


def _config(token: SpannedToken) -> nodes.ConfigString:
    """Take the parentheses off; an unterminated configuration has only the first."""
    inner = token.span.text
    end = token.span.end - (1 if len(inner) > 1 and inner.endswith(")") else 0)
    span = Span(token.span.source, token.span.start + 1, max(token.span.start + 1, end))
    return nodes.ConfigString(text=span.text, span=span)


def _optional_config(children: list[Any]) -> nodes.ConfigString | None:
    last = children[-1]
    return _config(last) if isinstance(last, SpannedToken) and last.type == "CONFIG" else None


class Builder(Transformer[SpannedToken, Any]):
    """Callbacks of the parser; children are tokens and the nodes of the rules below."""

    def config(self, children: list[Statements]) -> tuple[nodes.Statement, ...]:
        return tuple(children[0])

    def no_statements(self, children: list[Any]) -> Statements:
        return Statements()

    def more_statements(self, children: list[Any]) -> Statements:
        statements = cast(Statements, children[0])
        statements.extend(children[1:])
        return statements

    def class_definition(self, children: list[Any]) -> nodes.ClassDefinition:
        _, name, class_ = children
        return nodes.ClassDefinition(name=_name(name), class_=class_, span=_around(children))

    def definitions(self, children: list[SpannedToken]) -> nodes.Definitions:
        return nodes.Definitions(config=_config(children[1]), span=_around(children))

    def requirement(self, children: list[SpannedToken]) -> nodes.Requirement:
        return nodes.Requirement(config=_config(children[1]), span=_around(children))

    def chain(self, children: list[Any]) -> nodes.Chain | nodes.Declaration:
        """Join stages and arrows; a missing first or last stage becomes an implicit one."""
        if len(children) == 1 and isinstance(children[0], nodes.Stage):
            declaration = _standalone_declaration(children[0])
            if declaration:
                return declaration
        hops = [child for child in children if not isinstance(child, nodes.Stage)]
        first = children[0] if isinstance(children[0], nodes.Stage) else _implicit(hops[0][0].span)
        stages = [first]
        for arrow, stage in hops:
            stages.append(stage or _implicit(arrow.span))
        span = cover(stages[0].span, stages[-1].span)
        return nodes.Chain(stages=tuple(stages), arrows=tuple(h[0] for h in hops), span=span)

    def hop(self, children: list[Any]) -> tuple[nodes.Arrow, nodes.Stage | None]:
        token = children[0]
        kind: nodes.ArrowKind = "->" if token == "->" else "=>" if token == "=>" else "~>"
        context = str(token[1:-1]) if kind == "~>" else None
        arrow = nodes.Arrow(kind=kind, context=context, span=token.span)
        return arrow, children[1] if len(children) > 1 else None

    def stage(self, children: list[nodes.Endpoint]) -> nodes.Stage:
        return nodes.Stage(endpoints=tuple(children), span=_around(children))

    def endpoint(self, children: list[Any]) -> nodes.Endpoint:
        inputs = children[0] if isinstance(children[0], nodes.PortList) else None
        outputs = children[-1] if isinstance(children[-1], nodes.PortList) else None
        element = children[1] if inputs else children[0]
        return nodes.Endpoint(
            inputs=inputs, element=element, outputs=outputs, span=_around(children)
        )

    def implicit_endpoint(self, children: list[nodes.PortList]) -> nodes.Endpoint:
        ports = children[0]
        return nodes.Endpoint(inputs=ports, element=None, outputs=None, span=ports.span)

    def ports(self, children: list[Any]) -> nodes.PortList:
        items = tuple(child for child in children if isinstance(child, nodes.Port))
        expandable = not isinstance(children[-2], nodes.Port)  # '[' or ',' before the ']'
        return nodes.PortList(items=items, expandable=expandable, span=_around(children))

    def port(self, children: list[SpannedToken]) -> nodes.Port:
        first, last = _integer(children[0]), _integer(children[-1])
        return nodes.Port(first=first, last=last, span=_around(children))

    def reference(self, children: list[SpannedToken]) -> nodes.Reference:
        return nodes.Reference(
            name=_name(children[0]), config=_optional_config(children), span=_around(children)
        )

    def declaration(self, children: list[Any]) -> nodes.Declaration:
        return nodes.Declaration(
            names=(_name(children[0]),),
            class_=children[1],
            config=_optional_config(children),
            span=_around(children),
        )

    def anonymous(self, children: list[Any]) -> nodes.Anonymous:
        return nodes.Anonymous(
            compound=children[0], config=_optional_config(children), span=_around(children)
        )

    def group(self, children: list[Any]) -> nodes.Group:
        span = cover(children[0].span, children[2].span)
        return nodes.Group(statements=tuple(children[1]), span=span)

    def class_name(self, children: list[SpannedToken]) -> nodes.ClassName:
        return nodes.ClassName(text=str(children[0]), span=children[0].span)

    def compound(self, children: list[Any]) -> nodes.Compound:
        span = _around(children)
        bodies = [child for child in children if isinstance(child, tuple)]
        return nodes.Compound(
            alternatives=tuple(
                nodes.Alternative(
                    formals=formals,
                    statements=tuple(statements),
                    span=cover(statements[0].span, statements[-1].span) if statements else span,
                )
                for formals, statements in bodies
            ),
            extends=len(children) > len(bodies) + 2,
            span=span,
        )

    def extension(self, children: list[SpannedToken]) -> SpannedToken:
        return children[0]

    def plain_alternative(self, children: list[Any]) -> tuple[None, Statements]:
        return None, children[0]

    def alternative(self, children: list[Any]) -> tuple[tuple[nodes.Formal, ...], Statements]:
        return children[0], children[1]

    def formals(self, children: list[nodes.Formal]) -> tuple[nodes.Formal, ...]:
        return tuple(children)

    def formal(self, children: list[SpannedToken]) -> nodes.Formal:
        keyword = str(children[0]) if len(children) > 1 else None
        return nodes.Formal(name=str(children[-1])[1:], keyword=keyword, span=_around(children))


def _standalone_declaration(stage: nodes.Stage) -> nodes.Declaration | None:
    """Return the declaration that `a, b :: Class` is when it is a whole statement."""
    *before, last = stage.endpoints
    if not isinstance(last.element, nodes.Declaration) or last.inputs or last.outputs:
        return None
    names: list[nodes.Name] = []
    for endpoint in before:
        element = endpoint.element
        if not isinstance(element, nodes.Reference) or element.config:
            return None
        if endpoint.inputs or endpoint.outputs:
            return None
        names.append(element.name)
    return nodes.Declaration(
        names=(*names, *last.element.names),
        class_=last.element.class_,
        config=last.element.config,
        span=stage.span,
    )


def _implicit(span: Span) -> nodes.Stage:
    endpoint = nodes.Endpoint(inputs=None, element=None, outputs=None, span=span)
    return nodes.Stage(endpoints=(endpoint,), span=span)


def _integer(token: SpannedToken) -> int:
    """Return the value of an integer as Click writes it: decimal, 0x, 0b, or octal after 0."""
    text = token.replace("_", "").lower()
    if len(text) > 20:
        return nodes.MAX_PORT + 1  # refused in checks.py, whatever it is exactly
    if text.startswith(("0x", "0b")):
        return int(text, 0)
    octal = len(text) > 1 and text.startswith("0") and not set(text) & set("89")
    return int(text, 8 if octal else 10)
