"""Tree to text: canonical Click that parses back to the same tree, and a dump for reading."""

from __future__ import annotations

from typing import assert_never

from pmill.syntax import nodes

_INDENT = "  "


def unparse(config: nodes.Config) -> str:
    """Return a configuration as text: one statement a line, compounds indented."""
    return "".join(f"{line}\n" for line in _statements(config.statements, ""))


def _statements(statements: tuple[nodes.Statement, ...], indent: str) -> list[str]:
    return [f"{indent}{_statement(s, indent)};" for s in statements]


def _statement(statement: nodes.Statement, indent: str) -> str:
    match statement:
        case nodes.Chain():
            return _chain(statement, indent)
        case nodes.Declaration():
            return _declaration(statement, indent)
        case nodes.ClassDefinition():
            return f"elementclass {statement.name.text} {_class(statement.class_, indent)}"
        case nodes.Definitions():
            return f"define({statement.config.text})"
        case nodes.Requirement():
            return f"require({statement.config.text})"
        case _:
            assert_never(statement)


def _chain(chain: nodes.Chain, indent: str) -> str:
    text = _stage(chain.stages[0], indent)
    for arrow, stage in zip(chain.arrows, chain.stages[1:], strict=True):
        text += f" {_arrow(arrow)} {_stage(stage, indent)}"
    return text.strip()


def _arrow(arrow: nodes.Arrow) -> str:
    return arrow.kind if arrow.context is None else f"~{arrow.context}>"


def _stage(stage: nodes.Stage, indent: str) -> str:
    return ", ".join(_endpoint(endpoint, indent) for endpoint in stage.endpoints)


def _endpoint(endpoint: nodes.Endpoint, indent: str) -> str:
    parts = [
        _ports(endpoint.inputs) if endpoint.inputs else "",
        _element(endpoint.element, indent) if endpoint.element else "",
        _ports(endpoint.outputs) if endpoint.outputs else "",
    ]
    return " ".join(part for part in parts if part)


def _ports(ports: nodes.PortList) -> str:
    items = [str(p.first) if p.first == p.last else f"{p.first}-{p.last}" for p in ports.items]
    return f"[{', '.join(items)}{',' if ports.expandable and items else ''}]"


def _element(element: nodes.ElementExpression, indent: str) -> str:
    match element:
        case nodes.Reference():
            return element.name.text + _config(element.config)
        case nodes.Declaration():
            return _declaration(element, indent)
        case nodes.Anonymous():
            return _class(element.compound, indent) + _config(element.config)
        case nodes.Group():
            inner = _statements(element.statements, indent + _INDENT)
            return "\n".join(["(", *inner, f"{indent})"])
        case _:
            assert_never(element)


def _declaration(declaration: nodes.Declaration, indent: str) -> str:
    names = ", ".join(name.text for name in declaration.names)
    return f"{names} :: {_class(declaration.class_, indent)}{_config(declaration.config)}"


def _config(config: nodes.ConfigString | None) -> str:
    return f"({config.text})" if config else ""


def _class(class_: nodes.ClassExpression, indent: str) -> str:
    if isinstance(class_, nodes.ClassName):
        return class_.text
    lines: list[str] = []
    for number, alternative in enumerate(class_.alternatives):
        opening = f"{indent}||" if number else "{"
        lines.append(opening + _formals(alternative.formals))
        lines += _statements(alternative.statements, indent + _INDENT)
    if class_.extends:
        lines.append(f"{indent}|| ...")
    return "\n".join([*lines, f"{indent}}}"])


def _formals(formals: tuple[nodes.Formal, ...] | None) -> str:
    if formals is None:
        return ""
    shown = [f"{f.keyword} ${f.name}" if f.keyword else f"${f.name}" for f in formals]
    return f" {', '.join(shown)} |"
