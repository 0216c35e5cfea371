"""Where packets enter and leave a configuration, and what enters there.

Ports are put on captures, and the files that FromDump reads are written anew, so that the packets
that are compared are the same wherever a program gets them from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.diagnostics import fail
from pmill.graph import DEVICE_CLASSES, Element, PipelineGraph
from pmill.traffic.pcap import read_pcap
from pmill.verify.hints import hints_of
from pmill.verify.traffic import Capture, traffic

_READERS: Final = ("FromDump", "FromIPSummaryDump")
_STANDARD_STREAM: Final = "-"

Inlet = int | str
"""Where packets enter: a device port by its number, or a file that is read by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Ways in and out of a configuration.

    `receiving` and `ports` are device ports; `captures` are files that FromDump reads, `files` all
    others that are read; `folders` must exist where files are written. `workers`: several of them
    run it, so that neither time can be simulated nor is there one order of packets.
    """

    receiving: tuple[int, ...]
    ports: tuple[int, ...]
    captures: tuple[str, ...]
    files: tuple[str, ...]
    folders: tuple[str, ...]
    workers: bool

    @property
    def inlets(self) -> tuple[Inlet, ...]:
        """All of them, device ports first."""
        return (*self.receiving, *self.captures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What enters where, in order."""

    captures: Mapping[Inlet, tuple[Capture, ...]]

    def frames(self, inlet: Inlet) -> tuple[bytes, ...]:
        """Return all frames that enter in one place."""
        return tuple(frame for capture in self.captures[inlet] for frame in capture.frames)

    @property
    def packets(self) -> int:
        """How many enter in all."""
        return sum(len(c.frames) for captures in self.captures.values() for c in captures)

    def source(self, inlet: Inlet, index: int) -> tuple[str, int]:
        """Return the capture that a packet is from, and its place there."""
        for capture in self.captures[inlet]:
            if index < len(capture.frames):
                return capture.name, index
            index -= len(capture.frames)
        raise IndexError(index)


def doors_of(graph: PipelineGraph) -> Doors:
    """Find where packets enter and leave; PM0831 and PM0832 when they cannot be followed."""
    elements = list(graph.elements.values())
    for e in elements:
        if e.spec.header.startswith("devices/") and e.spec.name not in DEVICE_CLASSES:
            raise fail(
                "PM0831",
                f"what {e.spec.name} sends and receives cannot be compared",
                e.span,
                hint="put ports of DPDK in its place: FromDPDKDevice(0), ToDPDKDevice(0)",
            )
    read = [_filename(e) for e in elements if e.spec.name in _READERS]
    written = [(e, _written(e)) for e in elements if e.spec.name not in _READERS]
    return Doors(
        receiving=_ports(elements, "FromDPDKDevice"),
        ports=_ports(elements, *DEVICE_CLASSES),
        captures=_once(_filename(e) for e in elements if _is_capture(e)),
        files=_once(name for name in read if name not in ("", _STANDARD_STREAM)),
        folders=_once(
            str(Path(name).parent) for e, name in written if name is not None and _inside(e, name)
        ),
        workers=len({e.home for e in elements if e.home is not None} | {0}) > 1,
    )


def feed_of(
    graph: PipelineGraph,
    doors: Doors,
    given: Sequence[str],
    *,
    seed: int,
    packets: int,
    folder: Path,
) -> Feed:
    """Return the given captures, `[PORT=]FILE`, and generated traffic for every inlet.

    Files that the configuration itself reads are among them when they exist in `folder`. PM0835
    for a capture that cannot be read or has no port.
    """
    captures: dict[Inlet, list[Capture]] = {inlet: [] for inlet in doors.inlets}
    for name in doors.captures:
        if (folder / name).exists():
            captures[name].append(_capture(folder / name))
    for word in given:
        inlet, path = _given(word, doors)
        captures[inlet].append(_capture(path))
    hints = hints_of(graph)
    for number, inlet in enumerate(doors.inlets):
        captures[inlet] += traffic(hints, seed + number, packets) if packets else ()
    return Feed(captures={inlet: tuple(found) for inlet, found in captures.items()})


def _ports(elements: Sequence[Element], *classes: str) -> tuple[int, ...]:
    found = set()
    for e in elements:
        if e.spec.name in classes:
            text = e.arguments["port"].text
            if not text.isdecimal():
                raise fail(
                    "PM0831",
                    f"the port '{text}' is no number, and cannot be put on a capture",
                    e.span,
                    hint="number it: where it is a variable, NAME=0 sets it",
                )
            found.add(int(text))
    return tuple(sorted(found))


def _filename(element: Element) -> str:
    return element.arguments["filename"].text


def _is_capture(element: Element) -> bool:
    name = element.spec.name == "FromDump" and _filename(element)
    return bool(name) and name != _STANDARD_STREAM and not Path(str(name)).is_absolute()


def _written(element: Element) -> str | None:
    """The file that an element writes."""
    named = [a.name for a in element.spec.arguments if a.type == "Filename"]
    for name in named:
        value = element.arguments.get(name)
        if value is not None and value.text not in ("", _STANDARD_STREAM):
            return value.text
    return None


def _inside(element: Element, name: str) -> bool:
    if Path(name).is_absolute() or ".." in Path(name).parts or name.startswith("~"):
        raise fail(
            "PM0832",
            f"{element.spec.name} writes '{name}', where several programs would write at once",
            element.span,
            hint="name a file below the current directory",
        )
    return True


def _given(word: str, doors: Doors) -> tuple[Inlet, Path]:
    port, equals, name = word.partition("=")
    if not doors.inlets:
        raise fail("PM0835", f"--pcap {word}: no packets enter this configuration from outside")
    if not equals or not port.isdecimal():
        return doors.inlets[0], Path(word)
    if int(port) not in doors.receiving:
        known = ", ".join(map(str, doors.receiving)) or "none"
        raise fail(
            "PM0835",
            f"--pcap {word}: nothing receives from port {port}",
            hint=f"ports that receive: {known}",
        )
    return int(port), Path(name)


def _capture(path: Path) -> Capture:
    try:
        return Capture(name=path.name, frames=tuple(frame for _, frame in read_pcap(path)))
    except OSError as error:
        raise fail("PM0835", f"cannot read the capture '{path}': {error.strerror}") from None
    except ValueError as error:
        raise fail(
            "PM0835",
            f"'{path}' is no capture that can be read",
            hint=str(error).partition(": ")[2],
        ) from None


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
