"""Rules of the language that the grammar does not state: where implicit ports may stand, which
port lists mean nothing, and how the parameters of a compound are ordered."""

from __future__ import annotations

from typing import assert_never

from pmill.diagnostics import Diagnostics, Note
from pmill.syntax import nodes

REST = "__REST__"


def check(config: nodes.Config, diags: Diagnostics) -> None:
    """Report what the grammar lets through and Click refuses."""
    _Checks(diags).statements(config.statements, inside=False)


class _Checks:
    def __init__(self, diags: Diagnostics) -> None:
        self.diags = diags

    def statements(self, statements: tuple[nodes.Statement, ...], *, inside: bool) -> None:
        """Check the statements of the file, or of a compound or group (`inside`)."""
        for before, statement in zip((None, *statements), statements, strict=False):
            match statement:
                case nodes.Chain():
                    self._chain(statement, before, inside)
                case nodes.Declaration():
                    self._names(statement)
                    self._class(statement.class_)
                case nodes.ClassDefinition():
                    self._class(statement.class_)
                case nodes.Definitions() | nodes.Requirement():
                    pass
                case _:
                    assert_never(statement)

    def _chain(self, chain: nodes.Chain, before: nodes.Statement | None, inside: bool) -> None:
        last = len(chain.stages) - 1
        for number, stage in enumerate(chain.stages):
            implicit = [e for e in stage.endpoints if e.element is None]
            for endpoint in implicit:
                ends = number in (0, last) and last > 0
                self._implicit(endpoint, stage, inside, ends=ends, alone=last == 0)
            for endpoint in stage.endpoints:
                self._endpoint(endpoint, first=number == 0, last=number == last)
        starts_bare = chain.stages[0].endpoints[0]
        if inside and starts_bare.element is None and starts_bare.inputs is None:
            self._suggest_input(chain, before)

    def _implicit(
        self,
        endpoint: nodes.Endpoint,
        stage: nodes.Stage,
        inside: bool,
        *,
        ends: bool,
        alone: bool,
    ) -> None:
        span = endpoint.span
        if alone and endpoint.inputs and len(stage.endpoints) == 1:
            self.diags.error("PM0108", "stranded port ignored", span, hint="an element is missing")
        elif not inside:
            what = f"'{span.text}'" if endpoint.inputs is None else "a port list without an element"
            self.diags.error(
                "PM0108",
                f"a connection cannot begin or end with {what} here",
                span,
                hint="name the element; only inside a compound does this mean 'input' or 'output'",
            )
        elif not ends:
            self.diags.error(
                "PM0108",
                "implicit ports used in the middle of a chain",
                span,
                hint="an element is missing here",
            )

    def _suggest_input(self, chain: nodes.Chain, before: nodes.Statement | None) -> None:
        if not isinstance(before, nodes.Chain) or _ends_in_output(before):
            return
        self.diags.warning(
            "PM0108",
            "this connection begins with an arrow",
            chain.arrows[0].span,
            hint="write 'input ->' or '[0] ->' to begin at the compound's input, "
            "or remove the ';' before it",
        )

    def _endpoint(self, endpoint: nodes.Endpoint, *, first: bool, last: bool) -> None:
        for ports in (endpoint.inputs, endpoint.outputs):
            for port in ports.items if ports else ():
                self._port(port)
        if endpoint.element is None:
            return
        if first and endpoint.inputs:
            self.diags.error(
                "PM0109",
                "input ports ignored at start of chain",
                endpoint.inputs.span,
                hint="output ports come after the element: 'element [1] -> ...'",
            )
        if last and endpoint.outputs:
            self.diags.error(
                "PM0109",
                "output ports ignored at end of chain",
                endpoint.outputs.span,
                hint="is a '->' or, before the port, a ';' missing?",
            )
        self._element(endpoint.element)

    def _port(self, port: nodes.Port) -> None:
        if port.last > nodes.MAX_PORT:
            self.diags.error(
                "PM0110", "port number too large", port.span, hint=f"the last is {nodes.MAX_PORT}"
            )
        elif port.last < port.first:
            self.diags.error("PM0110", "port range goes backwards", port.span, hint="write '[0-3]'")

    def _element(self, element: nodes.ElementExpression) -> None:
        match element:
            case nodes.Reference():
                pass
            case nodes.Declaration():
                self._names(element)
                self._class(element.class_)
            case nodes.Anonymous():
                self._class(element.compound)
            case nodes.Group():
                self.statements(element.statements, inside=True)
            case _:
                assert_never(element)

    def _names(self, declaration: nodes.Declaration) -> None:
        for name in declaration.names:
            if any(part.isdigit() for part in name.text.split("/")):
                self.diags.error(
                    "PM0113",
                    f"element name '{name.text}' has all-digit component",
                    name.span,
                    hint="a name needs a letter, '_' or '@' in each part",
                )

    def _class(self, class_: nodes.ClassExpression) -> None:
        if isinstance(class_, nodes.ClassName):
            return
        for alternative in class_.alternatives:
            self._formals(alternative.formals or ())
            self.statements(alternative.statements, inside=True)

    def _formals(self, formals: tuple[nodes.Formal, ...]) -> None:
        rank_before = 0
        names: dict[str, nodes.Formal] = {}
        keywords: dict[str, nodes.Formal] = {}
        for formal in formals:
            rank = 0 if formal.keyword is None else 2 if formal.keyword == REST else 1
            if rank < rank_before:
                self.diags.error(
                    "PM0112",
                    "compound element parameters out of order",
                    formal.span,
                    hint="the correct order is '[positional], [keywords], [__REST__]'",
                )
            rank_before = max(rank_before, rank)
            self._repeated(formal, names.setdefault(formal.name, formal))
            if formal.keyword is not None:
                first = keywords.setdefault(formal.keyword, formal)
                if first is not formal and first.name != formal.name:
                    self._repeated_keyword(formal, first)
            if not formal.name:
                self.diags.error(
                    "PM0112", "parameter without a name", formal.span, hint="write '$name'"
                )

    def _repeated(self, formal: nodes.Formal, first: nodes.Formal) -> None:
        if first is formal:
            return
        self.diags.error(
            "PM0112",
            f"parameter '${formal.name}' multiply defined",
            formal.span,
            notes=(Note("first defined here", first.span),),
            hint="give each parameter its own name",
        )

    def _repeated_keyword(self, formal: nodes.Formal, first: nodes.Formal) -> None:
        self.diags.error(
            "PM0112",
            f"repeated keyword parameter '{formal.keyword}' in compound element",
            formal.span,
            notes=(Note("first used here", first.span),),
            hint="give each parameter its own keyword",
        )


def _ends_in_output(chain: nodes.Chain) -> bool:
    elements = [endpoint.element for endpoint in chain.stages[-1].endpoints]
    return any(
        e is None or (isinstance(e, nodes.Reference) and e.name.text == "output") for e in elements
    )
