"""Pictures of a pipeline graph: as SVG that stands alone, as Graphviz text, and as JSON.

picture_of   what is drawn: boxes in compounds, wires between their ports
arrange      where it is drawn: layers, their order, columns; a compound is a box around its own
svg_text, dot_text, json_text
"""

from pmill.drawing.arrange import Drawing, arrange
from pmill.drawing.dot import dot_text
from pmill.drawing.facts import json_text
from pmill.drawing.picture import Box, Compound, Picture, Wire, picture_of
from pmill.drawing.svg import svg_text

__all__ = [
    "Box",
    "Compound",
    "Drawing",
    "Picture",
    "Wire",
    "arrange",
    "dot_text",
    "json_text",
    "picture_of",
    "svg_text",
]
