from __future__ import annotations

import pytest
from scapy.layers.l2 import ARP, Ether

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import EXTRA, ether, udp
from tests.elements.programs import refusal

ME = "02:00:00:00:00:0b"
MINE = ether(udp())
EVERYBODY = bytes(Ether(src="02:00:00:00:00:0a", dst="ff:ff:ff:ff:ff:ff") / ARP())
GROUP = ether(udp(), dst="01:00:5e:00:00:01")
# Only the first five bytes are those of the broadcast address.
ALMOST = ether(udp(), dst="ff:ff:ff:ff:ff:fe")
OTHER = ether(udp(), dst="02:00:00:00:00:0c")
OWN = bytes(Ether(src=ME, dst="ff:ff:ff:ff:ff:ff") / ARP())
LOOP = bytes(Ether(src=ME, dst=ME) / udp())
FRAMES = [MINE, EVERYBODY, GROUP, ALMOST, OTHER, OWN, LOOP]


@pytest.mark.parametrize(
    ("arguments", "refused", "level"),
    [
        ("", [OTHER], 3),
        (", true", [OTHER, OWN, LOOP], 0),
        (", true, true", [OTHER, OWN, LOOP], 3),
        (", DROP_OTHER false", [], 3),
        (", DROP_OWN true, DROP_OTHER false", [OWN, LOOP], 0),
    ],
)
def test_refused_frames_leave_on_output_1(
    run_element: RunElement, arguments: str, refused: list[bytes], level: int
) -> None:
    result = run_element(f"HostEtherFilter({ME}{arguments})", FRAMES, outputs=2, level=level)
    assert result.out == {0: [f for f in FRAMES if f not in refused], 1: refused}
    assert result.counters["e.own"] == (2 if OWN in refused else 0)
    assert result.counters["e.other"] == (1 if OTHER in refused else 0)


@pytest.mark.parametrize("level", [0, 3])
def test_or_are_dropped(run_element: RunElement, level: int) -> None:
    result = run_element(f"HostEtherFilter({ME}, true)", [*FRAMES, b""], level=level)
    assert result.out[0] == [MINE, EVERYBODY, GROUP, ALMOST]
    counters = [result.counters[f"e.{name}"] for name in ("own", "other", "no_header")]
    assert counters == [2, 1, 1]


@pytest.mark.parametrize("level", [0, 3])
def test_packets_get_their_type(run_element: RunElement, level: int) -> None:
    result = run_element(
        "TypeSwitch",
        FRAMES,
        before=f"HostEtherFilter({ME}, DROP_OTHER false)",
        outputs=5,
        include=EXTRA,
        level=level,
    )
    assert result.out == {
        0: [MINE, LOOP],
        1: [EVERYBODY, OWN],
        2: [GROUP, ALMOST],
        3: [OTHER],
        4: [],
    }


def test_refused_packets_too(run_element: RunElement) -> None:
    result = run_element(
        "TypeSwitch",
        FRAMES,
        before=f"h :: HostEtherFilter({ME}, true, true) -> Discard; h[1]",
        outputs=5,
        include=EXTRA,
    )
    assert result.out == {0: [], 1: [], 2: [], 3: [OTHER], 4: [OWN, LOOP]}


def test_dropbroadcasts_reads_it(run_element: RunElement) -> None:
    result = run_element("DropBroadcasts", FRAMES, before=f"HostEtherFilter({ME})")
    assert result.out[0] == [MINE, LOOP]
    assert result.counters["e.drops"] == 4


def test_the_header_may_be_farther_back(run_element: RunElement) -> None:
    frames = [b"\xff\xff\xff" + frame for frame in (MINE, OTHER)]
    result = run_element(f"HostEtherFilter({ME}, OFFSET 3)", frames, outputs=2)
    assert result.out == {0: frames[:1], 1: frames[1:]}


@pytest.mark.parametrize("level", [0, 3])
def test_a_packet_needs_both_addresses(run_element: RunElement, level: int) -> None:
    packets = [MINE[:14], MINE[:12], MINE[:11], b""]
    result = run_element(f"HostEtherFilter({ME})", packets, outputs=2, level=level)
    assert result.out == {0: packets[:2], 1: packets[2:]}
    assert result.counters["e.no_header"] == 2
    result = run_element(f"HostEtherFilter({ME}, OFFSET 4294967295)", packets)
    assert result.counters["e.no_header"] == 4


def test_wrong_arguments() -> None:
    assert "argument ETHER is missing" in refusal("Idle -> HostEtherFilter -> Discard;")
    assert "ETHER" in refusal("Idle -> HostEtherFilter(10.0.0.1) -> Discard;")
    # OFFSET has no position.
    assert "PM0402" in refusal(f"Idle -> HostEtherFilter({ME}, true, true, 3) -> Discard;")
