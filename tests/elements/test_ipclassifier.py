from __future__ import annotations

import random

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether
from tests.elements.ip_patterns import written
from tests.elements.ip_random_patterns import pattern
from tests.elements.ip_views import View, packets
from tests.elements.programs import refusal, warnings

LEVELS = pytest.mark.parametrize("level", [0, 3])
MARKED = "MarkIPHeader(14)"


def ip(**fields: object) -> IP:
    return IP(**{"src": "10.0.0.1", "dst": "10.1.0.1", **fields})


@LEVELS
def test_the_first_pattern_that_matches_counts(run_element: RunElement, level: int) -> None:
    web = ether(ip() / TCP(sport=1024, dport=80))
    secure = ether(ip() / TCP(sport=1024, dport=443))
    answer = ether(ip() / TCP(sport=443, dport=1024))
    echo, reply = ether(ip() / ICMP(type=8)), ether(ip() / ICMP(type=0))
    dns = ether(ip() / UDP(sport=1024, dport=53))
    other = ether(ip(proto=47) / b"1234")
    six = ether(bytes(IPv6() / UDP(dport=53)))
    result = run_element(
        "IPClassifier(tcp dst port www or https, icmp type echo, udp || src tcp port 443, ip vers 4)",
        [web, secure, answer, echo, reply, dns, other, six],
        before=MARKED,
        outputs=4,
        level=level,
    )
    assert result.out == {0: [web, secure], 1: [echo], 2: [answer, dns], 3: [reply, other]}
    assert result.counters["e.drops"] == 1


@LEVELS
def test_flags_and_fragments(run_element: RunElement, level: int) -> None:
    syn, ack, both = (ether(ip() / TCP(dport=80, flags=f)) for f in ("S", "A", "SA"))
    first = ether(ip(flags="MF") / TCP(dport=80, flags="S"))
    later = ether(ip(frag=5) / TCP(dport=80, flags="S"))
    result = run_element(
        "IPClassifier(frag, syn and not ack, tcp opt syn, -)",
        [syn, ack, both, first, later],
        before=MARKED,
        outputs=4,
        level=level,
    )
    assert result.out == {0: [first, later], 1: [syn], 2: [both], 3: [ack]}


@LEVELS
def test_a_difference_implies_the_protocol_and_a_denial_does_not(
    run_element: RunElement, level: int
) -> None:
    web, dns, ping = ether(ip() / TCP(dport=80)), ether(ip() / UDP(dport=53)), ether(ip() / ICMP())
    for text, first in (
        ("dst port != 80", [dns]),
        ("not dst port 80", [dns, ping]),
        ("icmp type != 0", [ping]),
        ("! icmp type 0", [web, dns, ping]),
    ):
        frames = [web, dns, ping]
        result = run_element(
            f"IPClassifier({text}, -)", frames, before=MARKED, outputs=2, level=level
        )
        assert result.out[0] == first, text


@LEVELS
def test_a_choice(run_element: RunElement, level: int) -> None:
    frames = [ether(ip(ttl=t) / proto(dport=53)) for t in (1, 64) for proto in (TCP, UDP)]
    result = run_element(
        "IPClassifier(tcp ? ttl > 1 : dst port domain and ttl < 2, -)",
        frames,
        before=MARKED,
        outputs=2,
        level=level,
    )
    assert result.out == {0: [frames[1], frames[2]], 1: [frames[0], frames[3]]}


@LEVELS
def test_many_patterns_on_any_packet(run_element: RunElement, level: int) -> None:
    rng = random.Random(11)
    trees = [pattern(rng, 2) for _ in range(12)]
    frames = packets(rng, 1000)
    # Each for other packets, so that the first ones do not take everything.
    text = ", ".join(
        f"ip[19] & 3 = {n % 4} and ({written(tree, rng)})" for n, tree in enumerate(trees)
    )
    result = run_element(f"IPClassifier({text}, -)", frames, before=MARKED, outputs=13, level=level)

    def chosen(frame: bytes) -> int:
        view = View(frame)
        rest = view.network[19] & 3 if len(view.network) > 19 else None
        matching = (n for n, tree in enumerate(trees) if n % 4 == rest and tree.holds(view))
        return next(matching, 12)

    for output in range(13):
        expected = [frame for frame in frames if chosen(frame) == output]
        assert result.out[output] == expected, (output, text)
    assert sum(bool(found) for found in result.out.values()) > 5


# --- messages -------------------------------------------------------------------------------------


def test_number_of_patterns() -> None:
    text = refusal("Idle -> c :: IPClassifier(tcp, udp); c[0] -> Discard;")
    assert "PM0420" in text
    assert "1 output needs 1 pattern, not 2" in text


def test_every_pattern_has_its_errors() -> None:
    text = refusal(
        "Idle -> c :: IPClassifier(tcp prot 80, udp, -, port 70000 or ttl 256);"
        "c[0], c[1], c[2], c[3] -> Discard;"
    )
    assert text.count("error[") == 3
    assert text.count("PM0465") == 2


def test_patterns_that_match_nothing() -> None:
    text = "Idle -> c :: IPClassifier(tcp, tcp port 80, ip proto 6, none, -); "
    found = warnings(text + "c[0], c[1], c[2], c[3], c[4] -> Discard;")
    assert [
        f"pattern {n} matches no packet" in w for n, w in zip((1, 2, 3), found, strict=True)
    ] == [True] * 3
    assert all("PM0424" in w for w in found)
