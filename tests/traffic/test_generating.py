"""What `pmill traffic` makes: every packet is read by somebody who does not know how it was made."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether

from pmill.diagnostics import DiagnosticError
from pmill.traffic import Recipe, generate
from pmill.traffic.attacks import KINDS
from pmill.traffic.flows import Flows, Hosts, read_networks, read_popularity, read_protocols
from pmill.traffic.generating import Tally
from pmill.traffic.sizes import LONGEST, NAMED, SHORTEST, read_sizes
from tests.models.router import HOPS, MACS, Router
from tests.traffic.reader import Read, Wrong, read

FEW = settings(max_examples=40, deadline=None)

recipes = st.builds(
    Recipe,
    packets=st.integers(0, 120),
    seed=st.integers(-5, 1 << 40),
    flows=st.integers(1, 300),
    popularity=st.sampled_from(["turns", "equal", "zipf", "zipf:0", "zipf:0.7", "zipf:3"]),
    sizes=st.sampled_from(["54", "64", "54-70", "1514", "imix", "campus", "9014:1,60:9"]).map(
        read_sizes
    ),
    protocols=st.sampled_from(["tcp", "udp", "icmp", "tcp:6,udp:3,icmp"]).map(read_protocols),
    ports=st.lists(st.integers(1, 0xFFFF), min_size=1, max_size=5).map(tuple),
    clients=st.sampled_from(["10.0.0.0/24", "10.9.9.9", "172.16.0.0/12,10.0.0.0/30"]).map(
        read_networks
    ),
    connections=st.booleans(),
    segments=st.integers(1, 12),
)


def frames(**recipe: object) -> list[bytes]:
    return [packet.frame for packet in generate(Recipe(**recipe))]


def inside(address: str, networks: str) -> bool:
    return any(IPv4Address(address) in IPv4Network(n) for n in networks.split(","))


@FEW
@given(recipes)
def test_every_packet_is_right_and_the_same_again(recipe: Recipe) -> None:
    made = list(generate(recipe))
    assert len(made) == recipe.packets
    assert [p.frame for p in generate(recipe)] == [p.frame for p in made]
    for packet in made:
        got = read(packet.frame)
        assert got.protocol == packet.kind
        sender = got.ports[1] if packet.answer else got.ports[0]
        assert sender >= 1024
        if got.protocol != "icmp":
            assert got.ports[not packet.answer] in recipe.ports
        assert got.destination_mac == f"02:00:00:00:00:0{1 + packet.answer}"
        assert got.source_mac == f"02:00:00:00:10:0{packet.answer:d}"


@FEW
@given(recipes)
def test_the_tally_is_of_what_was_made(recipe: Recipe) -> None:
    tally = Tally()
    made = list(generate(recipe, tally))
    assert tally.packets == Counter(p.kind for p in made)
    assert sum(tally.bytes.values()) == sum(len(p.frame) for p in made)
    assert tally.answers == sum(p.answer for p in made)
    numbers = {p.flow for p in made}
    assert tally.flows == len({n for n in numbers if n < recipe.flows})


def test_scapy_agrees() -> None:
    for packet in generate(Recipe(packets=200, protocols=read_protocols("tcp,udp,icmp"))):
        parsed = Ether(packet.frame)
        built = parsed.copy()
        for layer in (IP, TCP, UDP, ICMP):
            if layer in built:
                del built[layer].chksum
        assert bytes(built) == packet.frame


def test_another_seed_makes_other_packets() -> None:
    assert frames(packets=50, seed=1) != frames(packets=50, seed=2)


def test_flows_cross_the_example_router() -> None:
    router = Router()
    made = frames(packets=1024)
    assert {len(f) for f in made} == {64}
    assert len({read(f).flow for f in made}) == 1024
    for frame in made:
        ((port, sent),) = router.process(0, frame)
        assert (port, sent[:12], len(sent)) == (1, HOPS[1] + MACS[1], 64)


# --- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMED)
def test_named_mixes(name: str) -> None:
    sizes = read_sizes(name)
    made = [len(f) for f in frames(packets=20_000, sizes=sizes)]
    assert abs(sum(made) / len(made) - sizes.mean) < 0.01 * sizes.mean
    assert {60, 1514} <= set(made)
    assert max(made) <= 1514
    if name == "campus":
        assert 970 < sizes.mean < 990
    else:
        shares = Counter(made)
        assert set(shares) == {60, 590, 1514}
        assert 6.5 < shares[60] / shares[1514] < 7.5
        assert 3.6 < shares[590] / shares[1514] < 4.4


@FEW
@given(
    st.lists(
        st.tuples(st.integers(SHORTEST, 2000), st.integers(0, 500), st.integers(0, 9)),
        min_size=1,
        max_size=4,
    ).filter(lambda parts: any(weight for *_, weight in parts))
)
def test_sizes_are_those_asked_for(parts: list[tuple[int, int, int]]) -> None:
    text = ",".join(f"{first}-{first + more}:{weight}" for first, more, weight in parts)
    made = frames(packets=60, sizes=read_sizes(text))
    allowed = [(first, first + more) for first, more, weight in parts if weight]
    assert all(any(a <= len(f) <= b for a, b in allowed) for f in made)


def test_a_frame_may_hold_the_longest_ip_packet() -> None:
    (frame,) = frames(packets=1, sizes=read_sizes(str(LONGEST)))
    assert len(read(frame).payload) == LONGEST - 14 - 20 - 8


# --- flows ----------------------------------------------------------------------------------------


@FEW
@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from(["udp", "icmp", "tcp,icmp"]))
def test_turns_give_every_flow_as_many(flows: int, seed: int, protocols: str) -> None:
    made = frames(packets=3 * flows, flows=flows, seed=seed, protocols=read_protocols(protocols))
    counted = Counter(read(f).flow for f in made)
    assert set(counted.values()) == {3}
    assert len(counted) == flows


def test_flows_lie_where_they_are_said_to() -> None:
    clients, servers = "192.168.0.0/28,10.7.0.0/30", "198.51.100.7"
    seen = set()
    for frame in frames(
        packets=3000,
        flows=3000,
        clients=read_networks(clients),
        servers=read_networks(servers),
    ):
        got = read(frame)
        assert inside(got.source, clients)
        assert got.destination == servers
        seen.add(got.source)
    assert len(seen) == 13 + 4
    assert not {"192.168.0.0", "192.168.0.1", "192.168.0.15"} & seen


def test_all_flows_of_a_network_are_different() -> None:
    flows = Flows(
        clients=(Hosts(first=1, count=2),),
        servers=(Hosts(first=9, count=1),),
        ports=(53, 80),
        protocols=(17,),
        seed=3,
    )
    assert flows.count == 2 * 64512
    drawn = {
        (f.client, f.client_port, f.server) for f in map(flows.__getitem__, range(flows.count))
    }
    assert len(drawn) == flows.count
    flows.need(flows.count)
    with pytest.raises(DiagnosticError, match="PM0934"):
        flows.need(flows.count + 1)


@pytest.mark.parametrize("exponent", [0.0, 0.8, 1.0, 1.5])
def test_popularity_is_that_of_zipf(exponent: float) -> None:
    packets, flows = 40_000, 100
    made = generate(Recipe(packets=packets, flows=flows, popularity=f"zipf:{exponent}"))
    counted = Counter(p.flow for p in made)
    weights = [(k + 1) ** -exponent for k in range(flows)]
    for number, weight in enumerate(weights):
        expected = packets * weight / sum(weights)
        assert abs(counted[number] - expected) < 5 * math.sqrt(expected), number


def test_equal_popularity_takes_no_turns() -> None:
    numbers = [p.flow for p in generate(Recipe(packets=5000, flows=50, popularity="equal"))]
    assert numbers[:50] != sorted(numbers[:50])
    assert 60 < min(Counter(numbers).values()) < max(Counter(numbers).values()) < 140


# --- connections ----------------------------------------------------------------------------------


def talks(packets: list[tuple[bool, Read]]) -> dict[tuple, list[tuple[bool, Read]]]:
    """Packets by connection, as the client has it."""
    found: dict[tuple, list[tuple[bool, Read]]] = {}
    for answer, got in packets:
        ends = [(got.source, got.ports[0]), (got.destination, got.ports[1])]
        found.setdefault(tuple(ends[::-1] if answer else ends), []).append((answer, got))
    return found


@pytest.mark.parametrize("popularity", ["turns", "zipf:1.2"])
def test_connections_are_followed_from_syn_to_fin(popularity: str) -> None:
    tally = Tally()
    recipe = Recipe(
        packets=12_000,
        flows=40,
        popularity=popularity,
        sizes=read_sizes("campus"),
        connections=True,
    )
    made = [(p.answer, read(p.frame)) for p in generate(recipe, tally)]
    found = talks(made)
    assert len(found) == tally.opened
    assert tally.opened - tally.closed <= 40
    assert tally.closed > 100
    closed = sum(follow(talk) for talk in found.values())
    assert closed == tally.closed


def follow(talk: list[tuple[bool, Read]]) -> bool:
    """Follow a connection as a receiver of both sides does; return whether it was closed."""
    flags = [(answer, got.flags) for answer, got in talk]
    opening = [(False, "S"), (True, "SA"), (False, "A"), (False, "PA"), (True, "A")]
    assert flags[:5] == opening[: len(flags)]
    following: list[int | None] = [None, None]
    for answer, got in talk:
        if following[answer] is not None:
            assert got.sequence == following[answer]
        length = len(got.payload) + ("S" in got.flags) + ("F" in got.flags)
        following[answer] = (got.sequence + length) & 0xFFFFFFFF
        if "A" in got.flags:
            assert got.acknowledged == following[not answer]
        else:
            assert got.flags == "S"
            assert got.acknowledged == 0
        assert (got.options[:2] == b"\x02\x04") == ("S" in got.flags)
        if "S" in got.flags:
            assert int.from_bytes(got.options[2:4], "big") in (536, 1460)
        assert got.size >= 60
    return flags[-3:] == [(False, "FA"), (True, "FA"), (False, "A")]


def test_servers_answer_with_as_many_segments_as_asked_for() -> None:
    for segments in (1, 8):
        recipe = Recipe(packets=8000, flows=8, connections=True, segments=segments)
        found = talks([(p.answer, read(p.frame)) for p in generate(recipe)])
        whole = [talk for talk in found.values() if follow(talk)]
        answers = [sum(a and "P" in got.flags for a, got in talk) for talk in whole]
        assert abs(sum(answers) / len(answers) - segments) < 0.15 * segments
        assert min(answers) == 1


# --- attacks --------------------------------------------------------------------------------------


def attack(kind: str, packets: int = 2000) -> list[bytes]:
    recipe = Recipe(
        packets=packets, attacks={kind: 1}, share=1.0, protocols=read_protocols("tcp,udp,icmp")
    )
    return frames(**{f: getattr(recipe, f) for f in Recipe.__slots__})


def test_shares_of_attacks() -> None:
    tally = Tally()
    weights = {"scan": 3, "flood": 1}
    recipe = Recipe(packets=20_000, attacks=weights, share=0.2)
    for _ in generate(recipe, tally):
        pass
    assert abs(tally.packets["scan"] - 3000) < 250
    assert abs(tally.packets["flood"] - 1000) < 160
    assert set(tally.packets) == {"udp", "scan", "flood"}


def test_usual_packets_are_the_same_beside_attacks() -> None:
    alone = [p.flow for p in generate(Recipe(packets=500, popularity="zipf"))]
    beside = [
        p.flow
        for p in generate(Recipe(packets=500, popularity="zipf", attacks={"scan": 1}, share=0.3))
        if p.kind == "udp"
    ]
    assert beside == alone[: len(beside)]


def test_every_checksum_is_wrong_where_it_should_be() -> None:
    wrong: Counter[str] = Counter()
    for frame in attack("checksums"):
        with pytest.raises(Wrong) as why:
            read(frame)
        wrong[str(why.value)] += 1
    assert set(wrong) == {f"{what} checksum" for what in ("IP", "TCP", "UDP", "ICMP")}


def test_a_scan_tries_all_ports_of_a_server() -> None:
    made = [read(frame) for frame in attack("scan", 1024)]
    assert len({(got.source, got.destination, got.flags) for got in made}) == 1
    assert [got.ports[1] for got in made] == list(range(1, 1025))


def test_a_flood_comes_from_everywhere() -> None:
    made = [read(frame) for frame in attack("flood")]
    assert {got.flags for got in made} == {"S"}
    assert len({(got.destination, got.ports[1]) for got in made}) == 1
    assert len({got.source for got in made}) > 1900


def test_fragments_do_not_fit() -> None:
    by_packet: dict[bytes, list[tuple[int, int, bool]]] = {}
    for frame in attack("fragments"):
        ip = frame[14:]
        field, length = int.from_bytes(ip[6:8], "big"), int.from_bytes(ip[2:4], "big") - 20
        start = (field & 0x1FFF) * 8
        by_packet.setdefault(ip[4:6] + ip[12:20], []).append(
            (start, start + length, field & 0x2000 != 0)
        )
    kinds: Counter[str] = Counter()
    for pieces in list(by_packet.values())[:-1]:  # the last may be cut
        kinds[misfit(sorted(pieces))] += 1
    assert set(kinds) == {"overlap", "tiny", "hole", "too long", "no beginning"}


def misfit(pieces: list[tuple[int, int, bool]]) -> str:
    if pieces[0][0] != 0:
        return "no beginning"
    if any(end > 0xFFFF for _, end, _ in pieces):
        return "too long"
    if any(a[1] > b[0] for a, b in itertools.pairwise(pieces)):
        return "overlap"
    if any(a[1] < b[0] for a, b in itertools.pairwise(pieces)):
        return "hole"
    assert pieces[0][1] == 8
    return "tiny"


def test_rubbish_is_rubbish() -> None:
    wrong: Counter[str] = Counter()
    for frame in attack("malformed"):
        try:
            read(frame)
        except (Wrong, KeyError, IndexError) as why:
            wrong[str(why)] += 1
    assert sum(wrong.values()) > 1700
    assert {"too short", "not IPv4", "version or options", "IP length"} <= set(wrong)


def test_all_kinds_are_there() -> None:
    tally = Tally()
    for _ in generate(Recipe(packets=2000, attacks=dict.fromkeys(KINDS, 1), share=0.5), tally):
        pass
    assert set(tally.packets) == {"udp", *KINDS}


def test_popularity_needs_no_flows_to_be_read() -> None:
    with pytest.raises(DiagnosticError, match="PM0933"):
        read_popularity("zipf:x", 1)
