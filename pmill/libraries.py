"""A configuration as a library that an application calls: what is asked, made, and put where.

    pmill compile router.click --library router  ->  librouter.a, router.h, router.pc

The driver's own. The interface is templates/library.h.j2; docs/adr/0025 says why it is so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pmill.diagnostics import Diagnostics, fail

if TYPE_CHECKING:
    from pmill.emit import EmitPlan, LibraryPort
    from pmill.graph import PipelineGraph
    from pmill.options import CompileOptions
    from pmill.toolchain import Tools

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that is being made: its name in C, and the ports of its configuration."""

    name: str
    ports: tuple[LibraryPort, ...]

    @property
    def port_names(self) -> tuple[str, ...]:
        """The ports as the configuration names them, in the order of their numbers in C."""
        return tuple(port.name for port in self.ports)

    def make(self, tools: Tools, objects: Sequence[Path], target: Path) -> None:
        """Make the archive `target` of the objects."""
        from pmill.emit.library import ENTRIES, ENTRY_PREFIX
        from pmill.toolchain import archive

        names = {f"{ENTRY_PREFIX}{entry}": f"{self.name}_{entry}" for entry in ENTRIES}
        archive(tools, objects, target, names)

    def facts(self, plan: EmitPlan, libraries: Sequence[str]) -> dict[str, Any]:
        """Return what `install` writes: the header, and what else is linked."""
        from pmill.emit.library import library_header

        header = library_header(self.name, plan, self.ports)
        return {
            "name": self.name,
            "header": header,
            "source": plan.source,
            "version": plan.version,
            "libraries": list(libraries),
        }


def asked(
    options: CompileOptions, name: str, emit: str, output: Path | None
) -> tuple[CompileOptions, Path]:
    """Return the options for a library and where it goes; PM0960 or PM0962 when it cannot be."""
    if not _NAME.fullmatch(name):
        raise fail(
            "PM0960",
            f"--library '{name}' is no name in C",
            hint="take letters, digits and _, a letter first: its functions are NAME_start, ...",
        )
    against = {
        f"--emit={emit}": emit != "exe",
        f"--metadata={options.metadata}": options.metadata not in ("auto", "overlaying"),
        "--port": bool(options.ports),
    }
    for word, is_given in against.items():
        if is_given:
            raise fail(
                "PM0962",
                f"{word}: not of a library, whose packets are mbufs of its application",
                hint=f"leave {word} out, or --library",
            )
    return replace(options, library=name), output or Path(f"lib{name}.a")


def called(graph: PipelineGraph, options: CompileOptions, diags: Diagnostics) -> Library | None:
    """Return the library that a configuration becomes; None where it becomes a program.

    PM0961 for elements whose packets do not come through an application.
    """
    if not options.library:
        return None
    from pmill.emit.library import library_ports
    from pmill.graph import DEVICE_CLASSES, xdp_interface

    for element in graph.elements.values():
        is_port = element.spec.name in DEVICE_CLASSES
        if is_port and xdp_interface(element.arguments["port"].text) is not None:
            why = "has sockets of its own"
        elif "kernel" in element.spec.needs:
            why = "uses an interface of the kernel"
        else:
            continue
        diags.error(
            "PM0961",
            f"'{element.name}' {why}, and the packets of a library are those of its application",
            span=element.span,
            hint="let FromDPDKDevice or ToDPDKDevice be there, or compile a program",
        )
    diags.stop_if_errors()
    return Library(name=options.library, ports=library_ports(graph))


def install(facts: Mapping[str, Any], archive: Path) -> None:
    """Write the header and the file for pkg-config beside an archive; PM0703 when impossible."""
    from pmill.emit.library import library_pkgconfig

    pc = library_pkgconfig(archive=archive.name, **{k: facts[k] for k in facts if k != "header"})
    for suffix, text in ((".h", str(facts["header"])), (".pc", pc)):
        target = archive.with_name(f"{facts['name']}{suffix}")
        try:
            target.write_text(text)
        except OSError as error:
            raise fail(
                "PM0703", f"cannot write '{target}': {error.strerror}", hint="choose another -o"
            ) from None
