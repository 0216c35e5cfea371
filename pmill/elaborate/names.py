"""All that information elements say, read before any argument is.

So the names that they give hold wherever in the configuration they are given: in front of where
they are used, or behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pmill.elaborate import addresses, annotation_names, rewriting, services
from pmill.elaborate.addresses import AddressBook
from pmill.elaborate.annotation_names import AnnotationBook
from pmill.elaborate.rewriting import NamedPattern
from pmill.elaborate.services import PortBook
from pmill.elements.spec import ElementSpec
from pmill.syntax.flat import ConfigText

# Click configures information first, then devices, then the rest; so come its messages.
_PHASES: Mapping[str, int] = {
    **dict.fromkeys(("AddressInfo", "PortInfo", "AnnotationInfo", "RandomSeed", "DPDKInfo"), 0),
    **dict.fromkeys(("AlignmentInfo", "ScheduleInfo", "IPRewriterPatterns"), 20),
}
_DEVICES, _ORDINARY = 90, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What names mean."""

    addresses: AddressBook = field(default_factory=AddressBook)
    ports: PortBook = field(default_factory=PortBook)
    annotations: AnnotationBook = field(default_factory=AnnotationBook)
    patterns: Mapping[str, NamedPattern] = field(default_factory=dict)

    def literal(self, wanted: str, text: str, user: str) -> str:
        """Return the literal of type `wanted` that a text in an argument of `user` means.

        It is the text itself unless that is a name for such a thing. Beside the argument types,
        "Port" is a port of whatever protocol.
        """
        if wanted in addresses.TYPES:
            return self.addresses.literal(wanted, text, user)
        if wanted in services.TYPES:
            return self.ports.literal(wanted, text, user)
        return self.annotations.literal(wanted, text, user)


def read(elements: Iterable[tuple[str, str, ConfigText]]) -> Names:
    """Return what the information elements among those of (name, class, configuration) say."""
    infos: dict[str, list[tuple[str, ConfigText]]] = {}
    for name, class_name, config in elements:
        infos.setdefault(class_name, []).append((name, config))
    names = Names(
        addresses=addresses.read(infos.get(addresses.CLASS, ())),
        ports=services.read(infos.get(services.CLASS, ())),
        annotations=annotation_names.read(infos.get(annotation_names.CLASS, ())),
    )
    patterns = rewriting.read(infos.get(rewriting.CLASS, ()), names.literal)
    return replace(names, patterns=patterns)


def phase(spec: ElementSpec) -> int:
    """Return when elements of a class are configured: of two phases, the smaller one first."""
    return _PHASES.get(spec.name, _DEVICES if spec.group == "devices" else _ORDINARY)
