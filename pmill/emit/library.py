"""A configuration as a library: the header by which a C program calls it.

    pmill compile router.click --library router  ->  librouter.a, router.h, router.pc

The functions are those of runtime/src/library/entries.cc, under the name of the library.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pmill.emit.plan import EmitPlan
from pmill.graph import DEVICE_CLASSES, PipelineGraph, device_ports

LIBRARY_PART: Final = "library"
"""The part of the runtime, `runtime/src/library.cc`, that libraries take."""
ENTRY_PREFIX: Final = "pmill_library_"
ENTRIES: Final = (
    "control",
    "ended",
    "error",
    "poll",
    "process",
    "read",
    "run",
    "sent",
    "start",
    "stop",
    "write",
)
"""What can be called, each behind ENTRY_PREFIX until a library gets its name."""

_PRIVATE_BYTES: Final = 128  # kBufferPrivateBytes of runtime/include/pmill/buffer.hh


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPort:
    """A port of a configuration: `ident` names it in C, `use` tells what the elements do there."""

    name: str
    ident: str
    use: str


def library_ports(graph: PipelineGraph) -> tuple[LibraryPort, ...]:
    """Return the ports of a configuration in the order of their numbers in C, numbers first."""
    receives: set[str] = set()
    sends: set[str] = set()
    for element in graph.elements.values():
        if element.spec.name in DEVICE_CLASSES:
            side = receives if element.spec.source else sends
            side.add(element.arguments["port"].text)
    found: list[LibraryPort] = []
    for name in sorted(device_ports(graph), key=lambda n: (not n.isdigit(), len(n), n)):
        ident = re.sub(r"\W", "_", name)
        while any(ident == other.ident for other in found):
            ident += "_"
        does = [word for word, who in (("receives", receives), ("sends", sends)) if name in who]
        found.append(LibraryPort(name=name, ident=ident, use=" and ".join(does)))
    return tuple(found)


def library_header(name: str, plan: EmitPlan, ports: Sequence[LibraryPort]) -> str:
    """Return the C header of the library `name`."""
    from pmill.emit.render import environment

    return (
        environment()
        .get_template("library.h.j2")
        .render(
            file=f"{name}.h",
            name=name,
            prefix=name.upper(),
            source=_in_comment(plan.source),
            version=plan.version,
            ports=[replace(port, name=_in_comment(port.name)) for port in ports],
            private_bytes=_PRIVATE_BYTES,
        )
    )


def _in_comment(text: str) -> str:
    """Write a text so that it ends no comment of C, whoever has chosen it."""
    return re.sub(r"[^ -~]", "?", text).replace("*/", "* /")


def library_pkgconfig(
    *, name: str, source: str, version: str, archive: str, libraries: Sequence[str]
) -> str:
    """Return what pkg-config tells of a library that lies beside the text, as `archive`."""
    return "\n".join(
        (
            f"Name: {name}",
            f"Description: {source}, compiled by pmill",
            f"Version: {version}",
            "Requires: libdpdk",
            'Cflags: "-I${pcfiledir}"',
            f'Libs: "${{pcfiledir}}/{archive}" {" ".join((*libraries, "-lstdc++", "-lm"))}',
            "",
        )
    )
