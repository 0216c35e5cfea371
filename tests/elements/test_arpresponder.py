from __future__ import annotations

import pytest
from scapy.layers.inet import IP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, warnings

ASKER = "02:00:00:00:00:99"
TABLE = (
    "ARPResponder(10.0.0.0/8 10.0.0.1 02:00:00:00:00:01, 10.1.0.0/16 02:00:00:00:00:02,"
    " 10.1.2.3 02:00:00:00:00:03)"
)


def request(target: str, **changes: object) -> bytes:
    fields = {"op": 1, "hwsrc": ASKER, "psrc": "10.9.9.9", "pdst": target, **changes}
    return bytes(Ether(src=ASKER, dst="ff:ff:ff:ff:ff:ff") / ARP(**fields))


def reply(target: str, owner: str) -> bytes:
    arp = ARP(op=2, hwsrc=owner, psrc=target, hwdst=ASKER, pdst="10.9.9.9")
    return bytes(Ether(src=owner, dst=ASKER) / arp)


@pytest.mark.parametrize("level", [0, 3])
def test_the_longest_prefix_answers(run_element: RunElement, level: int) -> None:
    asked = ["10.0.0.1", "10.200.0.1", "10.1.9.9", "10.1.2.3"]
    result = run_element(TABLE, [request(ip) for ip in asked], outputs=2, level=level)
    owners = [f"02:00:00:00:00:0{n}" for n in (1, 1, 2, 3)]
    assert result.out[0] == [reply(*pair) for pair in zip(asked, owners, strict=True)]
    assert result.out[1] == []
    assert result.counters["e.drops"] == 0


def test_padding_is_cut_and_the_time_forgotten(run_element: RunElement) -> None:
    result = run_element(TABLE, [request("10.0.0.1") + bytes(18)])
    assert result.out[0] == [reply("10.0.0.1", "02:00:00:00:00:01")]
    assert len(result.out[0][0]) == 42


OTHERS = [
    request("11.0.0.1"),
    request("10.0.0.1", op=2),
    request("10.0.0.1", hwtype=6),
    request("10.0.0.1", ptype=0x86DD),
    request("10.0.0.1")[:41],
    bytes(Ether() / Dot1Q() / ARP(pdst="10.0.0.1")),
    bytes(Ether() / IP(dst="10.0.0.1")),
    b"",
]


@pytest.mark.parametrize("level", [0, 3])
def test_anything_else_leaves_on_output_1(run_element: RunElement, level: int) -> None:
    result = run_element(TABLE, OTHERS, outputs=2, level=level)
    assert result.out == {0: [], 1: OTHERS}
    assert result.counters["e.drops"] == len(OTHERS)


def test_anything_else_is_dropped(run_element: RunElement) -> None:
    result = run_element(TABLE, OTHERS)
    assert result.out[0] == []
    assert result.counters["e.drops"] == len(OTHERS)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("", "PM0433", "no address to answer for"),
        ("10.0.0.1", "PM0431", "no Ethernet address"),
        ("10.0.0.1 0:0:0:0:0:1 0:0:0:0:0:2", "PM0431", "2 Ethernet addresses"),
        ("0:0:0:0:0:1", "PM0432", "no IPv4 address"),
        ("10.0.0.256 0:0:0:0:0:1", "PM0430", "'10.0.0.256'"),
    ],
)
def test_refusals(arguments: str, code: str, words: str) -> None:
    text = refusal(f"Idle -> ARPResponder({arguments}) -> Discard;")
    assert code in text
    assert words in text


def test_a_prefix_given_twice() -> None:
    (warning,) = warnings(
        "Idle -> ARPResponder(10.0.0.1/8 0:0:0:0:0:1, 10.0.0.2/8 0:0:0:0:0:2) -> Discard;"
    )
    assert "PM0434" in warning
    assert "10.0.0.0/8" in warning
