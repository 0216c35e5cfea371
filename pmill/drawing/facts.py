"""A picture as JSON, for programs that draw or count by themselves."""

from __future__ import annotations

import json
from typing import Any

from pmill.drawing.picture import Box, Compound, Picture, Wire


def json_text(picture: Picture) -> str:
    """Return elements, connections and the tree of compounds."""
    told = {
        "elements": [_element(box) for box in picture.root.all_boxes()],
        "connections": [_connection(wire) for wire in picture.wires],
        "compounds": _compound(picture.root)["compounds"],
    }
    return json.dumps(told, indent=2) + "\n"


def _element(box: Box) -> dict[str, Any]:
    return {
        "name": box.name,
        "class": box.class_name,
        "config": box.config,
        "inputs": list(box.inputs),
        "outputs": list(box.outputs),
        "file": box.span.source.name,
        "line": box.span.line,
    }


def _connection(wire: Wire) -> dict[str, Any]:
    return {
        "from": wire.source.element,
        "from_port": wire.source.number,
        "to": wire.target.element,
        "to_port": wire.target.number,
        "kind": wire.kind,
        "rare": wire.rare,
    }


def _compound(compound: Compound) -> dict[str, Any]:
    return {
        "name": compound.name,
        "elements": [box.name for box in compound.boxes],
        "compounds": [_compound(inner) for inner in compound.compounds],
    }
