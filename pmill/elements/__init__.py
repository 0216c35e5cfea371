"""Element classes: what their headers say, found, read, documented and proved.

runtime/elements/ip/decipttl.hh -> ElementSpec(name="DecIPTTL", ports="1/1-2", ...)
"""

from pmill.elements.library import ElementLibrary
from pmill.elements.probe import assertions, probe_unit
from pmill.elements.provisions import PROVISIONS
from pmill.elements.spec import ArgSpec, CounterKind, CounterSpec, ElementSpec, EnumSpec

__all__ = [
    "PROVISIONS",
    "ArgSpec",
    "CounterKind",
    "CounterSpec",
    "ElementLibrary",
    "ElementSpec",
    "EnumSpec",
    "assertions",
    "probe_unit",
]
