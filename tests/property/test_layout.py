"""Random graphs of elements that read and write annotations: no field is lost where it matters.

A model of packets in memory walks through the graph, as the program would: fields are cut to what
the next element needs, cleared where they are born, and lie where the layout says. Beside it goes
Click's packet, with room for everything. Whoever reads must read the same from both.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.emit import EmitPlan, lower
from pmill.emit.plan import InstancePlan
from pmill.graph import Element, field_bits, fields_read, fields_written, flows, layout, verify
from pmill.graph.metadata import ANNOTATION_BYTES, all_bits
from pmill.options import CompileOptions
from pmill.passes import run
from tests.passes.kit import graph_of
from tests.traffic import read_pcap, write_frames

_NETWORK = field_bits(["network"]).bit_length() - 1
_OFFSETS = st.sampled_from([0, 4, 5, 6, 17, 18, 20, 21, 40, 44])
_MIDDLE = st.one_of(
    st.builds("Paint(1, {})".format, _OFFSETS),
    st.builds("CheckPaint(1, {})".format, _OFFSETS),
    st.builds("SetIPAddress(1.2.3.4, {})".format, _OFFSETS),
    st.sampled_from(["Null", "Counter", "Queue -> Unqueue", "SetTimestamp(FIRST true)"]),
    st.sampled_from(["StaticIPLookup(0/0 0)", "HostEtherFilter(2:0:0:0:0:1)", "DropBroadcasts"]),
    st.sampled_from(["MarkMACHeader", "Truncate(60)", "FixIPSrc(1.2.3.4)", "CheckIPHeader"]),
    st.sampled_from(["IPPrint", "ICMPError(1.2.3.4, redirect)"]),
)


@st.composite
def annotated(draw: st.DrawFn) -> str:
    """Draw chains that meet: each ends at a sink or goes on somewhere in another."""
    chains = draw(st.lists(st.lists(_MIDDLE, min_size=2, max_size=9), min_size=1, max_size=4))
    declarations, lines, entries = [], [], []
    for number, chain in enumerate(chains):
        names = [f"e{number}_{at}" for at in range(len(chain))]
        declarations.append(f"s{number} :: Switch(0);")
        lines.append(f"FromDump(in.pcap) -> {names[0]};")
        for name, text in zip(names, chain, strict=True):
            first, _, rest = text.partition(" -> ")
            declarations.append(f"{name} :: {first};")
            behind = names[names.index(name) + 1] if name != names[-1] else f"s{number}"
            lines.append(f"{name} -> {rest + ' -> ' if rest else ''}{behind};")
        lines.append(f"s{number} [0] -> {draw(st.sampled_from(['Discard', 'ToDump(out.pcap)']))};")
        entries += names
    for number in range(len(chains)):
        for port in range(draw(st.integers(0, 2))):
            lines.append(f"s{number} [{port + 1}] -> {draw(st.sampled_from(entries))};")
    return "\n".join([*declarations, *lines])


@dataclass
class _Packet:
    """Metadata twice: `there` by field, as everything had room, and `area` as it is laid out."""

    there: dict[int, int] = field(default_factory=dict)
    area: dict[int, int] = field(default_factory=dict)
    network: int = 0


@settings(deadline=None)
@given(text=annotated(), seed=st.integers(0, 2**32 - 1))
def test_who_reads_gets_what_was_written(text: str, seed: int) -> None:
    graph = run(graph_of(text), CompileOptions())[-1].graph
    assert verify(graph) == []
    plan = lower(graph)
    instances = {instance.name: instance for instance in plan.instances}
    rng = random.Random(seed)
    sources = [e for e in graph.elements.values() if e.spec.source]
    for _ in range(20):
        at, port = rng.choice(sources), 0
        packet = _Packet()
        for _ in range(40):
            _visit(at, packet, plan, instances[at.name], rng)
            ways = [c for c in graph.outgoing(at.name) if flows(at, port, c.source.number)]
            if not ways or (at.spec.renews and rng.random() < 0.5):
                break
            way = rng.choice(ways)
            if at.spec.renews:  # what goes on is another packet
                packet = _Packet()
                _write(at, packet, plan, rng)
            at, port = graph.elements[way.target.element], way.target.number


def _visit(
    at: Element, packet: _Packet, plan: EmitPlan, as_c: InstancePlan, rng: random.Random
) -> None:
    if rng.random() < 0.5:  # a call out of line, or a queue
        _cut(packet, plan, as_c.live_bits)
    if "push" in at.inputs:
        for bit in _bits(as_c.born_bits):
            for byte in _bytes(plan, bit):
                packet.area[byte] = 0
    _read(at, packet, plan)
    _write(at, packet, plan, rng)
    if rng.random() < 0.5:  # it keeps the packet for a while
        _cut(packet, plan, as_c.live_bits)


def _cut(packet: _Packet, plan: EmitPlan, live: int) -> None:
    """Keep whole places that hold a live field."""
    kept = {
        byte
        for place in plan.layout.places
        if live & _place_bits(place.first, place.size)
        for byte in range(place.at, place.at + place.size)
    }
    packet.area = {byte: value for byte, value in packet.area.items() if byte in kept}
    if not live >> _NETWORK & 1:
        packet.network = 0


def _read(at: Element, packet: _Packet, plan: EmitPlan) -> None:
    for bit in _bits(fields_read(at)):
        wanted = packet.there.get(bit, 0)
        if bit == _NETWORK:
            found = packet.network
        else:
            found = next((packet.area.get(byte, 0) for byte in _bytes(plan, bit)), 0)
        assert found == wanted, f"{at.name} reads {found} at {bit}, not {wanted}"


def _write(at: Element, packet: _Packet, plan: EmitPlan, rng: random.Random) -> None:
    for bit in _bits(fields_written(at)):
        if rng.random() < 0.3:
            continue  # an element may write what it declares, but need not
        value = rng.randrange(1, 256)
        packet.there[bit] = value
        if bit == _NETWORK:
            packet.network = value if plan.layout.live_bits >> bit & 1 else 0
        for byte in _bytes(plan, bit):
            packet.area[byte] = value


def _bytes(plan: EmitPlan, bit: int) -> list[int]:
    """Return the bytes where a field lies, or one of an annotation."""
    for place in plan.layout.places:
        if _place_bits(place.first, place.size) >> bit & 1:
            if bit >= ANNOTATION_BYTES:
                return list(range(place.at, place.at + place.size))
            return [place.at + bit - place.first]
    return []


def _place_bits(first: int, size: int) -> int:
    return (((1 << size) - 1) if first < ANNOTATION_BYTES else 1) << first


def _bits(fields: int) -> list[int]:
    return [bit for bit in range(all_bits().bit_length()) if fields >> bit & 1]


# Paint of bytes 5 and 6 lies in one byte. Of the packets that bring byte 5, none was ever painted in
# byte 6, though that byte has the very number that is asked for.
SHARED = """\
FromDump(in.pcap) -> r :: RoundRobinSwitch;
r[0] -> Paint(2, 5) -> five :: CheckPaint(2, 5) -> Counter -> join :: Counter;
r[1] -> Paint(2, 6) -> join;
r[2] -> Paint(3, 6) -> join;
r[3] -> Paint(4, 5) -> five;
five[1] -> Discard;
join -> Queue(10000) -> Unqueue -> six :: CheckPaint(2, 6) -> ToDump(painted.pcap, SNAPLEN 0);
six[1] -> ToDump(other.pcap, SNAPLEN 0);
"""


@pytest.mark.parametrize(
    "options",
    [
        CompileOptions(level=0),
        CompileOptions(level=3),
        CompileOptions(level=3, disabled=frozenset(["metadata_layout"])),
        CompileOptions(level=3, disabled=frozenset(["fuse_regions"])),  # packets are in memory
    ],
    ids=["plain", "laid out", "in Click's order", "laid out in memory"],
)
def test_shared_bytes_are_told_apart(tmp_path: Path, options: CompileOptions) -> None:
    frames = [bytes([n]) * 60 for n in range(90)]
    write_frames(tmp_path / "in.pcap", frames)
    program = compile_config(Source("shared.click", SHARED), options, Diagnostics()).program
    assert program is not None
    subprocess.run([program], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    sent = {
        name: [frame for _, frame in read_pcap(tmp_path / f"{name}.pcap")]
        for name in ("painted", "other")
    }
    painted = [frame for n, frame in enumerate(frames) if n % 4 == 1]
    others = [frame for n, frame in enumerate(frames) if n % 4 in (0, 2)]
    assert sent == {"painted": painted, "other": others}


def test_they_share_bytes() -> None:
    found = run(graph_of(SHARED), CompileOptions())[-1].graph.layout
    assert found is not None
    at = {layout.name_of(place): place.at for place in found}
    assert at["byte5"] == at["byte6"]
