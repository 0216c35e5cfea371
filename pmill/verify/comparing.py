"""Says where two observations differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pmill.traffic.pcap import Packet
from pmill.verify.observing import Observation

_SHOWN = 6  # bytes that differ
_LINE = 100  # characters of a line
_LOOK_AHEAD = 40  # packets that may be lost at once
_AGREEING = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketDifference:
    """The first packet of an output that is another one: None where there is none."""

    output: str
    index: int
    wanted: Packet | None
    found: Packet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not as it was: what, in one line, and the packets if it is about them."""

    what: str
    text: str
    packet: PacketDifference | None = None

    def __str__(self) -> str:
        return f"{self.what}: {self.text}"


def differences(
    wanted: Observation,
    found: Observation,
    *,
    ordered: bool = True,
    ignored: frozenset[str] = frozenset(),
) -> tuple[Difference, ...]:
    """Return what differs, what matters most first, but for what is `ignored`.

    `ordered` False: several workers send, and the packets of an output have no one order.
    """
    if wanted.end != found.end:
        text = f"{wanted.end} became {found.end}"
        last = found.stderr.strip().rpartition("\n")[2]
        end = Difference(what="end", text=f"{text} ({last})" if last else text)
        if not found.good:  # the rest is not there, or is not whole
            return (end,)
        return (end, *_of_packets(wanted, found, ordered))
    all_of_them = (
        *_of_packets(wanted, found, ordered),
        *_of_files(wanted.files, found.files),
        *_of_counters(wanted.counters, found.counters),
        *_of_handlers(wanted.handlers, found.handlers),
        *_of_text("standard output", wanted.stdout, found.stdout),
        *_of_text("standard error", wanted.stderr, found.stderr),
    )
    return tuple(d for d in all_of_them if d.what not in ignored)


def first_packet(
    output: str, wanted: Sequence[Packet], found: Sequence[Packet]
) -> PacketDifference | None:
    """Return the first packet that differs; None when they are the same."""
    if wanted == found:
        return None
    pairs = zip(wanted, found, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(wanted), len(found)))
    return PacketDifference(
        output=output,
        index=at,
        wanted=wanted[at] if at < len(wanted) else None,
        found=found[at] if at < len(found) else None,
    )


def changed_bytes(a: bytes, b: bytes) -> tuple[int, ...]:
    """Return the places at which two frames differ; where one has ended is none of them."""
    return tuple(i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)


def _of_packets(wanted: Observation, found: Observation, ordered: bool) -> Iterator[Difference]:
    for output in dict.fromkeys((*wanted.sent, *found.sent)):
        a, b = wanted.sent.get(output, ()), found.sent.get(output, ())
        if not ordered:
            a, b = tuple(sorted(a)), tuple(sorted(b))
        packet = first_packet(output, a, b)
        if packet is not None:
            yield Difference(what=output, text=_story(packet, a, b), packet=packet)


def _story(first: PacketDifference, wanted: Sequence[Packet], found: Sequence[Packet]) -> str:
    """What happened to the first packet that differs."""
    at = first.index
    counts = f"{len(wanted)} packets" + (f" became {len(found)}" * (len(wanted) != len(found)))
    if first.wanted is None:
        return f"{counts}, packet {at} is surplus"
    if first.found is None:
        return f"{counts}, packet {at} is lost"
    if Counter(wanted) == Counter(found):
        return f"{counts} in another order, from packet {at} on"
    if _is_part(found[at:], wanted[at:]):
        return f"{counts}, {_range(at, wanted[at:].index(first.found))} lost"
    if _is_part(wanted[at:], found[at:]):
        return f"{counts}, {_range(at, found[at:].index(first.wanted))} surplus"
    for lost in range(1, _LOOK_AHEAD):
        if _goes_on(wanted[at + lost :], found[at:]):
            return f"{counts}, {_range(at, lost)} lost"
        if _goes_on(wanted[at:], found[at + lost :]):
            return f"{counts}, {_range(at, lost)} surplus"
    (_, a), (_, b) = first.wanted, first.found
    if a == b:
        return f"{counts}, packet {at} has another time"
    if len(a) != len(b):
        return f"{counts}, packet {at} has {len(a)} bytes, now {len(b)}"
    places = changed_bytes(a, b)
    shown = ", ".join(map(str, places[:_SHOWN])) + ", …" * (len(places) > _SHOWN)
    return f"{counts}, packet {at} differs at {shown}"


def _is_part(some: Sequence[Packet], whole: Sequence[Packet]) -> bool:
    """Whether packets are those of a longer sequence, in its order, without others."""
    rest = iter(whole)
    return all(packet in rest for packet in some)


def _goes_on(a: Sequence[Packet], b: Sequence[Packet]) -> bool:
    """Whether both go on in the same way, for as long as it can be no accident."""
    return bool(a) and bool(b) and a[:_AGREEING] == b[:_AGREEING]


def _range(first: int, count: int) -> str:
    return f"packet {first} is" if count == 1 else f"packets {first} to {first + count - 1} are"


def _of_files(wanted: Mapping[str, bytes], found: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in dict.fromkeys((*wanted, *found)):
        if name not in found or name not in wanted:
            yield Difference(what=name, text="is not written" if name in wanted else "is new")
        elif wanted[name] != found[name]:
            a, b = (data[name].decode(errors="replace") for data in (wanted, found))
            yield Difference(what=name, text=_first_line(a, b))


def _of_counters(wanted: Mapping[str, int], found: Mapping[str, int]) -> Iterator[Difference]:
    """An element that was removed must have counted nothing."""
    for name, value in wanted.items():
        if value != found.get(name, 0):
            now = str(found[name]) if name in found else "gone"
            yield Difference(what=f"counter {name}", text=f"{value} became {now}")
    for name in found.keys() - wanted.keys():
        if found[name] != 0:
            yield Difference(what=f"counter {name}", text=f"{found[name]}, and was not there")


def _of_handlers(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Difference]:
    for name in wanted.keys() & found.keys():
        if wanted[name] != found[name]:
            text = _first_line(wanted[name], found[name])
            yield Difference(what=f"handler {name}", text=text)


def _of_text(what: str, wanted: str, found: str) -> Iterator[Difference]:
    if wanted != found:
        yield Difference(what=what, text=_first_line(wanted, found))


def _first_line(wanted: str, found: str) -> str:
    """The first line that is another one."""
    a, b = wanted.splitlines(), found.splitlines()
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if at is None:
        at = min(len(a), len(b))
        if at == len(a) == len(b):
            return "another end of line"
    shown = [repr(lines[at][:_LINE]) if at < len(lines) else "nothing" for lines in (a, b)]
    return f"line {at + 1}, {shown[0]} became {shown[1]}"
