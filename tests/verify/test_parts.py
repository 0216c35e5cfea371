"""The parts of a verification: hints, traffic, comparisons, variants, who is to blame."""

from __future__ import annotations

import itertools
import struct

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import LLVM_PASSES, analyse
from pmill.options import CompileOptions
from pmill.passes import DEFAULT
from pmill.traffic.frames import checksum
from pmill.verify.blaming import blame
from pmill.verify.comparing import differences
from pmill.verify.hints import Hints, hints_of
from pmill.verify.observing import Observation
from pmill.verify.traffic import traffic
from pmill.verify.variants import Passes, PassList

ALL = PassList(options=CompileOptions(), pipeline=None)

# --- traffic --------------------------------------------------------------------------------------

ASKING = """\
FromDPDKDevice(0) -> HostEtherFilter(02:aa:bb:cc:dd:ee)
  -> c :: Classifier(12/0800 30/0a??01%ffff0f, !12/86dd, -) -> Strip(14) -> CheckIPHeader
  -> IPFilter(allow src 172.30.5.0/24 && tcp && dst port 8443, allow gre, deny all) -> Discard;
c[1] -> Discard; c[2] -> Discard;
AddressInfo(gate 192.0.2.77);
"""


def hints() -> Hints:
    return hints_of(analyse(Source("x.click", ASKING), CompileOptions(), Diagnostics()))


def test_hints_are_what_arguments_mention() -> None:
    found = hints()
    assert bytes.fromhex("02aabbccddee") in found.macs
    assert (0xAC1E0500, 24) in found.networks
    assert (0xC000024D, 32) in found.networks
    assert {8443, 14} <= set(found.numbers)
    assert found.protocols == (6, 47)
    assert (
        (12, b"\x08\x00", b"\xff\xff"),
        (30, b"\x0a\x00\x01", b"\xff\x00\x0f"),
    ) in found.patterns
    assert ((12, b"\x86\xdd", b"\xff\xff"),) in found.patterns


def test_traffic_has_what_is_asked_for() -> None:
    good, bad = (capture.frames for capture in traffic(hints(), 1, 3000))
    assert traffic(hints(), 1, 3000) == traffic(hints(), 1, 3000)
    assert traffic(hints(), 1, 3000) != traffic(hints(), 2, 3000)
    ips = [f for f in good if f[12:14] == b"\x08\0" and len(f) >= 34]
    assert sum(f[:6] == bytes.fromhex("02aabbccddee") for f in good) > 500
    assert any(f[26:29] == bytes((172, 30, 5)) and f[23] == 6 for f in ips)
    assert any(f[23] == 6 and f[36:38] == struct.pack(">H", 8443) for f in ips if f[14] == 0x45)
    assert any(f[23] == 47 for f in ips)
    assert any(f[30:31] == b"\x0a" and f[32] & 0x0F == 1 for f in ips)
    # ARP both ways, VLANs, fragments, options, ICMP errors, long ones, expired ones, wrong checksums.
    assert {f[20:22] for f in good if f[12:14] == b"\x08\x06"} >= {b"\0\1", b"\0\2"}
    assert any(f[12:14] == b"\x81\0" for f in good)
    assert any(f[20] & 0x20 for f in ips)
    assert any(f[14] > 0x45 for f in ips)
    assert any(f[23] == 1 and f[34] == 11 for f in ips if f[14] == 0x45 and len(f) > 34)
    assert any(len(f) > 1514 for f in ips)
    assert {f[22] for f in ips} >= {0, 1, 64}
    right = [checksum(f[14:34]) == 0 for f in ips if f[14] == 0x45]
    assert 0 < right.count(False) < len(right) / 4
    assert {len(f) for f in bad} >= set(range(1, 55))
    assert b"" in bad


# --- comparisons ----------------------------------------------------------------------------------

FRAMES = tuple((0, bytes([n]) * 60) for n in range(20))


def seen(**more: object) -> Observation:
    usual: dict[str, object] = {
        "end": "status 0",
        "sent": {"port 0": FRAMES},
        "counters": {"c.count": 3, "d.count": 0},
        "handlers": {"c.config": "1"},
        "files": {"file x.txt": b"a\nb\n"},
    }
    return Observation(**{**usual, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ({}, None),
        ({"end": "SIGSEGV"}, "end: status 0 became SIGSEGV"),
        ({"sent": {"port 0": FRAMES[:5] + FRAMES[6:]}}, "port 0: 20 packets became 19, packet 5 is lost"),
        ({"sent": {"port 0": FRAMES[:5] + FRAMES[8:]}}, "port 0: 20 packets became 17, packets 5 to 7 are lost"),
        ({"sent": {"port 0": FRAMES[:19]}}, "port 0: 20 packets became 19, packet 19 is lost"),
        ({"sent": {"port 0": (*FRAMES, FRAMES[0])}}, "port 0: 20 packets became 21, packet 20 is surplus"),
        ({"sent": {"port 0": FRAMES[::-1]}}, "port 0: 20 packets in another order, from packet 0 on"),
        ({"sent": {"port 0": ((0, b"\1" + bytes(59)), *FRAMES[1:])}}, "port 0: 20 packets, packet 0 differs at 0"),
        ({"sent": {"port 0": ((0, bytes(61)), *FRAMES[1:])}}, "port 0: 20 packets, packet 0 has 60 bytes, now 61"),
        ({"sent": {"port 0": ((9, bytes(60)), *FRAMES[1:])}}, "port 0: 20 packets, packet 0 has another time"),
        ({"sent": {}}, "port 0: 20 packets became 0, packet 0 is lost"),
        ({"counters": {"c.count": 4}}, "counter c.count: 3 became 4"),
        ({"counters": {"d.count": 0}}, "counter c.count: 3 became gone"),
        ({"counters": {"c.count": 3}}, None),  # what is gone has counted nothing
        ({"handlers": {"c.config": "2"}}, "handler c.config: line 1, '1' became '2'"),
        ({"handlers": {}}, None),
        ({"files": {"file x.txt": b"a\nc\n"}}, "file x.txt: line 2, 'b' became 'c'"),
        ({"files": {}}, "file x.txt: is not written"),
        ({"stdout": "new"}, "standard output: line 1, nothing became 'new'"),
        ({"stderr": "new"}, "standard error: line 1, nothing became 'new'"),
    ],
)  # fmt: skip
def test_differences(other: dict, wanted: str | None) -> None:
    found = differences(seen(), seen(**other))
    assert [str(d) for d in found] == ([] if wanted is None else [wanted])


def test_the_order_of_several_workers_does_not_matter() -> None:
    assert not differences(seen(), seen(sent={"port 0": FRAMES[::-1]}), ordered=False)
    assert differences(seen(), seen(sent={"port 0": FRAMES[1:]}), ordered=False)


def test_what_is_ignored() -> None:
    assert not differences(seen(), seen(sent={}), ignored=frozenset({"port 0"}))


# --- passes ---------------------------------------------------------------------------------------


def test_every_pass_takes_part() -> None:
    assert set(ALL.names) == {p.name for p in DEFAULT} | LLVM_PASSES.keys()
    labels = [v.label for v in ALL.variants(each=True)]
    assert labels[0] == "all passes"
    assert len(labels) == len(set(labels)) == 1 + 2 * len(ALL.names)
    assert ALL.options_of(ALL.all) == CompileOptions()
    assert ALL.options_of(frozenset()) == CompileOptions(level=0)


def test_passes_that_options_leave_out() -> None:
    some = PassList(
        options=CompileOptions(level=1, disabled=frozenset({"devirtualize"})), pipeline=None
    )
    assert "devirtualize" not in some.names
    for p in DEFAULT:
        runs = p.level <= 1 and p.name != "devirtualize" and "devirtualize" not in p.requires
        assert (p.name in some.names) == runs, p.name
    assert not LLVM_PASSES.keys() & set(some.names)


def test_a_pass_is_never_without_what_it_requires() -> None:
    for variant in ALL.variants(each=True):
        for p in DEFAULT:
            assert p.name not in variant.passes or set(p.requires) <= variant.passes


def names_of_blame(differs: frozenset[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Blame passes when programs differ with all of `differs` and what they require."""
    asked: list[Passes] = []

    def equal(passes: Passes) -> bool:
        asked.append(passes)
        return not differs <= passes

    found = [(g.name, g.others) for g in blame(ALL, equal, lambda _: None)]
    assert len(asked) < 4 * len(ALL.names)
    return found


@pytest.mark.parametrize("name", ALL.names)
def test_every_pass_can_be_guilty(name: str) -> None:
    assert names_of_blame(frozenset({name})) == [(name, ())]


@pytest.mark.parametrize("pair", list(itertools.combinations(ALL.names, 2)), ids="-".join)
def test_every_pair_can_be_guilty(pair: tuple[str, str]) -> None:
    first, second = pair
    required = ALL.with_required(second)
    others = () if first in required else tuple(
        n for n in ALL.names if n in ALL.with_required(first) - required
    )  # fmt: skip
    assert names_of_blame(frozenset(pair)) == [(second, others)]


def test_nobody_is_guilty() -> None:
    assert names_of_blame(frozenset({"no pass at all"})) == []
