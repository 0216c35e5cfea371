"""From the graph to C++: `lower` decides, `render` prints."""

from pmill.emit.lower import lower
from pmill.emit.plan import EmitPlan
from pmill.emit.render import render

__all__ = ["EmitPlan", "lower", "render"]
