"""The tree as indented lines, one node a line with the place it begins: `--emit=tree`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pmill.diagnostics import Span
from pmill.syntax import nodes


def dump(config: nodes.Config) -> str:
    """Return the tree of a configuration as text."""
    return "\n".join(["Config", *_children(config, 1)]) + "\n"


def _node(node: Any, depth: int, label: str) -> list[str]:
    span: Span = node.span
    head = f"{label}{type(node).__name__}"
    facts = "".join(f" {value}" for name, value in _own(node) if _is_fact(value))
    return [f"{'  ' * depth}{head}{facts} @{span.line}:{span.column}", *_children(node, depth + 1)]


def _children(node: Any, depth: int) -> list[str]:
    lines: list[str] = []
    if isinstance(node, nodes.Chain):
        for arrow, stage in zip((None, *node.arrows), node.stages, strict=True):
            lines += _node(arrow, depth, "") if arrow else []
            lines += _node(stage, depth, "")
        return lines
    for name, value in _own(node):
        if _is_node(value):
            lines += _node(value, depth, "" if name == "element" else f"{name}: ")
        elif isinstance(value, tuple):
            for item in value:
                lines += _node(item, depth, "")
        elif name == "text":
            continue
    return lines


def _own(node: Any) -> list[tuple[str, Any]]:
    """Return the fields of a node that say something, strings as they are to be shown."""
    found: list[tuple[str, Any]] = []
    for item in fields(node):
        value = getattr(node, item.name)
        if item.name in {"span", "source"} or value is None or value is False:
            continue
        if value is True:
            value = item.name
        elif isinstance(node, nodes.ConfigString):
            value = repr(value)
        found.append((item.name, value))
    return found


def _is_fact(value: Any) -> bool:
    return not _is_node(value) and not isinstance(value, tuple)


def _is_node(value: Any) -> bool:
    return hasattr(value, "span")
