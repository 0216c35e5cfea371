"""From the graph to C++: `lower` decides, `render` prints; `manifest` lists what is for good."""

from pmill.emit.library import LibraryPort
from pmill.emit.lower import lower
from pmill.emit.manifest import manifest
from pmill.emit.plan import EmitPlan
from pmill.emit.render import render

__all__ = [
    "EmitPlan",
    "LibraryPort",
    "lower",
    "manifest",
    "render",
]
