from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import slow
from tests.control.programs import ask
from tests.elements.arp_frames import (
    EVERYBODY,
    MAC,
    QUERIER,
    Event,
    exchange,
    host,
    packet,
    query,
    reply,
    to,
)
from tests.elements.ip_frames import ether, patched, udp
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap, write_frames, write_pcap

# The table is the same code at every level; TWO is for what levels could make different.
LEVELS = pytest.mark.parametrize("level", [slow(0), slow(1), slow(2), 3])
TWO = pytest.mark.parametrize("level", [0, 3])


def at_once(*frames: bytes) -> list[Event]:
    return [(float(i), frame) for i, frame in enumerate(frames)]


# --- resolution -----------------------------------------------------------------------------------


@LEVELS
def test_an_answer_releases_what_waited_in_order(tmp_path: Path, level: int) -> None:
    waiting = [packet(7, bytes([n]) * n) for n in range(1, 20)]
    later = packet(7, b"later")
    found = exchange(tmp_path, at_once(*waiting, reply(7), later), level=level)
    assert found.queries == [query(7)]
    assert found.sent == [to(frame, host(7)) for frame in [*waiting, later]]
    times = [time for time, _ in found.out]
    assert times == [*map(float, range(len(waiting))), len(waiting) + 1], "metadata survives"
    counters = {name: found.counters[f"arp.{name}"] for name in ("queries", "responses", "count")}
    assert counters == {"queries": 1, "responses": 1, "count": 1}
    assert found.counters["arp.length"] == 0


@LEVELS
def test_each_address_waits_for_its_own_answer(tmp_path: Path, level: int) -> None:
    events = at_once(packet(7), packet(8), packet(9), reply(8), packet(8, b"x"), reply(7))
    found = exchange(tmp_path, events, level=level)
    assert found.queries == [query(n) for n in (7, 8, 9)]
    wanted = [to(packet(8), host(8)), to(packet(8, b"x"), host(8)), to(packet(7), host(7))]
    assert found.sent == wanted
    assert (found.counters["arp.count"], found.counters["arp.length"]) == (3, 1)


@LEVELS
def test_queries_go_to_output_0_when_there_is_no_other(tmp_path: Path, level: int) -> None:
    found = exchange(tmp_path, at_once(packet(7), reply(7)), level=level, asks="")
    assert found.sent == [query(7), to(packet(7), host(7))]


@TWO
def test_many_addresses(tmp_path: Path, level: int) -> None:
    """More than a worker remembers, and more than once round."""
    numbers = [(n // 250, n % 250 + 1) for n in range(1500)]
    frames = [ether(udp(dst=f"10.0.{a}.{b}")) for a, b in numbers]
    macs = [f"02:00:00:00:{a:02x}:{b:02x}" for a, b in numbers]
    answers = [
        reply(1, mac, psrc=f"10.0.{a}.{b}") for mac, (a, b) in zip(macs, numbers, strict=True)
    ]
    again = [frame for frame in frames for _ in range(3)]
    found = exchange(tmp_path, at_once(*answers, *frames, *again), level=level)
    wanted = [to(frame, mac) for frame, mac in zip(frames, macs, strict=True)]
    assert found.sent == wanted + [frame for frame in wanted for _ in range(3)]
    assert found.asked == []
    assert found.counters["arp.count"] == 1500


@LEVELS
def test_an_address_moves(tmp_path: Path, level: int) -> None:
    """What a worker remembers is forgotten at once, also with the clock of the machine."""
    moved = reply(7, "02:00:00:00:77:77")
    events = at_once(reply(7), packet(7), packet(7), moved, packet(7), packet(7))
    found = exchange(tmp_path, events, level=level)
    macs = [host(7)] * 2 + ["02:00:00:00:77:77"] * 2
    assert found.sent == [to(packet(7), mac) for mac in macs]


@TWO
def test_the_network_header_and_the_annotation_survive(tmp_path: Path, level: int) -> None:
    frames = [packet(7), packet(7, b"x")]
    text = """FromDump(in.pcap, STOP true) -> c :: Classifier(12/0800, -); c[1] -> [1] arp :: {};
    c[0] -> Strip(14) -> CheckIPHeader -> Paint(5) -> arp; arp[1] -> Discard;
    arp -> Strip(14) -> DecIPTTL -> p :: CheckPaint(5) -> ToDump(out.pcap, SNAPLEN 0);
    p[1] -> Discard;"""
    write_frames(tmp_path / "in.pcap", [frames[0], reply(7), frames[1]])
    run_program(tmp_path, text.format(QUERIER), level=level)
    got = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    assert [data[8] for data in got] == [63, 63]
    assert [data[20:] for data in got] == [frame[34:] for frame in frames]


# --- time -----------------------------------------------------------------------------------------


@LEVELS
def test_ten_queries_a_second_at_most(tmp_path: Path, level: int) -> None:
    """A packet every 30 ms: the first asks, then the first after each 100 ms."""
    events = [(0.03 * n, packet(7)) for n in range(40)]
    found = exchange(tmp_path, events, level=level, timing=True)
    assert found.queries == [query(7)] * 10
    assert found.ask_times == pytest.approx([0.12 * n for n in range(10)])


@TWO
def test_the_limit_is_exact(tmp_path: Path, level: int) -> None:
    before = [(0, packet(7)), (0.099999, packet(7)), (0.100001, packet(7))]
    assert exchange(tmp_path, before, level=level, timing=True).ask_times == [0, 0.100001]


@TWO
@pytest.mark.parametrize("timeout", [300, 20])
def test_an_address_expires(tmp_path: Path, timeout: int, level: int) -> None:
    querier = QUERIER if timeout == 300 else QUERIER.replace(")", ", TIMEOUT 20s)")
    querier = querier.replace(")", ", POLL_TIMEOUT 0)")
    events = [
        (0, reply(7)),
        (timeout - 0.000001, packet(7)),
        (timeout + 0.000001, packet(7, b"late")),
        (timeout + 1, reply(8)),
    ]
    found = exchange(tmp_path, events, querier, level=level, timing=True)
    assert found.sent == [to(packet(7), host(7))]
    assert found.ask_times == [timeout + 0.000001]
    assert (found.counters["arp.count"], found.counters["arp.length"]) == (2, 1)


@TWO
def test_an_answer_that_comes_again_counts_anew(tmp_path: Path, level: int) -> None:
    querier = QUERIER.replace(")", ", TIMEOUT 10, POLL_TIMEOUT 0)")
    events = [(0, reply(7)), (9, reply(7)), (18, packet(7)), (20, packet(7))]
    found = exchange(tmp_path, events, querier, level=level, timing=True)
    assert found.sent == [to(packet(7), host(7))]
    assert found.ask_times == [20]


@TWO
def test_packets_do_not_wait_for_ever(tmp_path: Path, level: int) -> None:
    querier = QUERIER.replace(")", ", TIMEOUT 10)")
    events = [(0, packet(7)), (5, packet(7)), (10.00001, packet(7)), (11, reply(7))]
    found = exchange(tmp_path, events, querier, level=level, timing=True)
    assert found.sent == [to(packet(7), host(7))]
    assert found.out[0][0] == 10.00001
    assert found.counters["arp.unanswered"] == 2
    assert found.ask_times == [0, 5, 10.00001]


@TWO
def test_what_is_too_old_is_dropped_though_nothing_comes(tmp_path: Path, level: int) -> None:
    querier = QUERIER.replace(")", ", TIMEOUT 10)")
    events = [(0, packet(7)), (1, packet(8)), (10.5, packet(1)), (60, b"\0" * 60)]
    found = exchange(tmp_path, events, querier, level=level, timing=True)
    assert found.counters["arp.unanswered"] == 3
    assert (found.counters["arp.count"], found.counters["arp.length"]) == (0, 0)


@TWO
def test_no_timeout(tmp_path: Path, level: int) -> None:
    querier = QUERIER.replace(")", ", TIMEOUT 0, POLL_TIMEOUT 0)")
    events = [(0, reply(7)), (1e6, packet(7))]
    found = exchange(tmp_path, events, querier, level=level, timing=True)
    assert (found.sent, found.asked) == ([to(packet(7), host(7))], [])


@LEVELS
def test_an_address_in_use_is_polled(tmp_path: Path, level: int) -> None:
    """Not before POLL_TIMEOUT, not by a timer, and ten times a second at most."""
    times = [0, 59.999999, 60.000001, 60.05, 60.099, 60.11, 130, 130.05]
    events = [
        (0, reply(7)),
        *((time, packet(7)) for time in times),
        (131, reply(7)),
        (140, packet(7)),
    ]
    found = exchange(tmp_path, events, level=level, timing=True)
    assert len(found.sent) == len(times) + 1, "polling delays nothing"
    assert found.queries == [query(7, host(7))] * 3
    assert found.ask_times == [60.000001, 60.11, 130]


@TWO
def test_polls_to_everybody(tmp_path: Path, level: int) -> None:
    querier = QUERIER.replace(")", ", POLL_TIMEOUT 5, BROADCAST_POLL true)")
    found = exchange(
        tmp_path, [(0, reply(7)), (6, packet(7))], querier, level=level, timing=True, asks=""
    )
    assert found.sent == [query(7), to(packet(7), host(7))]


@TWO
def test_polling_with_the_clock_of_the_machine(tmp_path: Path, level: int) -> None:
    """Every packet finds the answer too old, but one query in 100 ms is enough."""
    text = f"""FromDump(in.pcap) -> [1] arp :: {QUERIER.replace(")", ", POLL_TIMEOUT 1us)")};
    RatedSource(RATE 2000, LIMIT 800, STOP true) -> SetIPAddress(10.0.0.7) -> arp;
    arp -> out :: Discard; arp[1] -> asked :: Discard;"""
    write_frames(tmp_path / "in.pcap", [reply(7)])
    counters = run_program(tmp_path, text, level=level).counters
    assert counters["out.count"] == 800 - counters["arp.length"]
    assert 3 <= counters["asked.count"] <= 6


# --- capacities -----------------------------------------------------------------------------------


@LEVELS
def test_capacity(tmp_path: Path, level: int) -> None:
    """The packet that finds ten others leaves room for five: those of the oldest addresses go."""
    waiting = [packet(n, bytes([n, i])) for n in (7, 8) for i in range(5)]
    querier = QUERIER.replace(")", ", CAPACITY 10)")
    found = exchange(
        tmp_path, at_once(*waiting, packet(9), *map(reply, (7, 8, 9))), querier, level=level
    )
    kept = [to(frame, host(8)) for frame in waiting[6:]]
    assert found.sent == [*kept, to(packet(9), host(9))]
    assert found.counters["arp.unanswered"] == 6


@TWO
def test_capacity_without_slimming(tmp_path: Path, level: int) -> None:
    waiting = [packet(7, bytes([n])) for n in range(8)]
    querier = QUERIER.replace(")", ", CAPACITY 3, CAPACITY_SLIM_FACTOR 1)")
    found = exchange(tmp_path, at_once(*waiting, reply(7)), querier, level=level)
    assert found.sent == [to(frame, host(7)) for frame in waiting[5:]]
    assert found.counters["arp.unanswered"] == 5


@TWO
@pytest.mark.parametrize("capacity", [1, 2])
def test_small_capacities(tmp_path: Path, capacity: int, level: int) -> None:
    waiting = [packet(n, bytes([n])) for n in range(2, 9)]
    querier = QUERIER.replace(")", f", CAPACITY {capacity})")
    found = exchange(tmp_path, at_once(*waiting, reply(8)), querier, level=level)
    assert found.sent == [to(waiting[-1], host(8))]
    assert found.counters["arp.unanswered"] == 6


@TWO
def test_any_number_of_packets(tmp_path: Path, level: int) -> None:
    waiting = [packet(7)] * 3000
    querier = QUERIER.replace(")", ", CAPACITY 0)")
    found = exchange(tmp_path, at_once(*waiting, reply(7)), querier, level=level)
    assert len(found.sent) == 3000


@TWO
def test_entry_packet_capacity(tmp_path: Path, level: int) -> None:
    waiting = [packet(7, bytes([n])) for n in range(6)]
    querier = QUERIER.replace(")", ", ENTRY_PACKET_CAPACITY 2)")
    found = exchange(
        tmp_path, at_once(*waiting, packet(8), *map(reply, (7, 8))), querier, level=level
    )
    assert found.sent == [*(to(f, host(7)) for f in waiting[4:]), to(packet(8), host(8))]
    assert found.counters["arp.unanswered"] == 4


@LEVELS
def test_entry_capacity(tmp_path: Path, level: int) -> None:
    """A third address takes the place of the one that was heard of longest ago."""
    querier = QUERIER.replace(")", ", ENTRY_CAPACITY 2)")
    events = at_once(
        reply(7), packet(7), reply(8), packet(8), reply(7), packet(9), packet(8), packet(7, b"x")
    )
    found = exchange(tmp_path, events, querier, level=level)
    assert found.sent == [to(packet(7), host(7)), to(packet(8), host(8))]
    # 9 put 8 out, 8 then 7, and 7 then 9.
    assert found.queries == [query(n) for n in (9, 8, 7)]
    assert found.counters["arp.count"] == 2
    assert (found.counters["arp.unanswered"], found.counters["arp.length"]) == (1, 2)


# --- addresses that nobody is asked for -----------------------------------------------------------


@LEVELS
@pytest.mark.parametrize(
    ("querier", "address", "mac"),
    [
        (QUERIER, "255.255.255.255", EVERYBODY),
        (QUERIER, "10.0.0.255", EVERYBODY),
        (f"ARPQuerier(10.0.0.1/20, {MAC})", "10.0.15.255", EVERYBODY),
        (QUERIER.replace(")", ", BROADCAST 10.0.0.9)"), "10.0.0.9", EVERYBODY),
        (QUERIER, "224.0.0.5", "01:00:5e:00:00:05"),
        (QUERIER, "239.255.128.1", "01:00:5e:7f:80:01"),
    ],
)
def test_groups(tmp_path: Path, querier: str, address: str, mac: str, level: int) -> None:
    frame = ether(udp(dst=address))
    found = exchange(tmp_path, at_once(frame, frame, frame), querier, level=level)
    assert found.sent == [to(frame, mac)] * 3
    assert (found.asked, found.counters["arp.count"]) == ([], 0)


@TWO
@pytest.mark.parametrize("ip", ["10.0.0.1", "10.0.0.1/32"])
def test_an_address_that_is_no_network(tmp_path: Path, ip: str, level: int) -> None:
    frames = [ether(udp(dst=address)) for address in ("10.0.0.255", "255.255.255.255")]
    found = exchange(tmp_path, at_once(*frames), f"ARPQuerier({ip}, {MAC})", level=level)
    assert found.sent == [to(frames[1], EVERYBODY)]
    assert found.queries == [query(255)]


@LEVELS
def test_nobody(tmp_path: Path, level: int) -> None:
    frame = ether(udp(dst="0.0.0.0"))
    found = exchange(tmp_path, at_once(frame, frame), level=level)
    assert (found.sent, found.asked) == ([], [])
    assert found.counters["arp.drops"] == 2


@TWO
def test_without_an_address_of_its_own(tmp_path: Path, level: int) -> None:
    frames = [packet(7), ether(udp(dst="255.255.255.255"))]
    found = exchange(tmp_path, at_once(*frames), f"ARPQuerier(0.0.0.0, {MAC})", level=level)
    assert (found.sent, found.asked, found.counters["arp.drops"]) == ([], [], 2)


@TWO
def test_its_own_address_is_asked_for_like_others(tmp_path: Path, level: int) -> None:
    assert exchange(tmp_path, at_once(packet(1)), level=level).queries == [query(1)]


# --- what comes to input 1 ------------------------------------------------------------------------


@TWO
@pytest.mark.parametrize(
    "answer",
    [
        reply(7)[:41],
        b"",
        b"\0",
        reply(7, op=1),
        reply(7, op=3),
        patched(reply(7), 12, 0x08, 0x01),
        patched(reply(7), 15, 6),
        patched(reply(7), 16, 0x86, 0xDD),
        patched(reply(7), 18, 8),
        patched(reply(7), 19, 16),
        reply(7, EVERYBODY),
        reply(7, "01:00:5e:00:00:05"),
        reply(7, psrc="0.0.0.0"),
        reply(7, psrc="224.0.0.5"),
        reply(7, psrc="255.255.255.255"),
    ],
    ids=[
        *("short", "empty", "a byte", "request", "other", "ethertype", "hardware", "protocol"),
        *("hardware length", "protocol length", "broadcast", "multicast"),
        *("zero", "multicast ip", "broadcast ip"),
    ],
)
def test_no_answer_of_a_host(tmp_path: Path, answer: bytes, level: int) -> None:
    found = exchange(tmp_path, at_once(packet(7), answer, packet(7)), level=level)
    assert found.sent == []
    assert (found.counters["arp.malformed"], found.counters["arp.responses"]) == (1, 0)
    assert (found.counters["arp.length"], found.counters["arp.count"]) == (2, 1)


@TWO
def test_padding_and_unasked_answers(tmp_path: Path, level: int) -> None:
    found = exchange(tmp_path, at_once(reply(7) + bytes(18), packet(7)), level=level)
    assert (found.sent, found.asked) == ([to(packet(7), host(7))], [])


@TWO
def test_no_room(tmp_path: Path, level: int) -> None:
    """128 bytes of headroom, 60 of packet and 1988 behind it fill the buffer: none is left."""
    text = f"""InfiniteSource(LENGTH 60, LIMIT 3, STOP true) -> Unstrip(2110)
    -> SetIPAddress(255.255.255.255) -> arp :: {QUERIER} -> Discard; Idle -> [1] arp;"""
    counters = run_program(tmp_path, text, level=level).counters
    assert counters["arp.no_room"] == 3
    # The same of packets that have waited.
    write_pcap(tmp_path / "in.pcap", [(0, reply(7))])
    for old, new in (
        ("255.255.255.255", "10.0.0.7"),
        ("Idle", "FromDump(in.pcap)"),
        (", STOP true", ""),
    ):
        text = text.replace(old, new)
    counters = run_program(tmp_path, text, level=level).counters
    assert counters["arp.no_room"] == 3


# --- the query ------------------------------------------------------------------------------------


@TWO
def test_a_query_keeps_the_vlan_and_the_time(tmp_path: Path, level: int) -> None:
    text = f"""FromDump(in.pcap, STOP true) -> Strip(14) -> CheckIPHeader -> Paint(3)
      -> Paint(2, 20) -> Paint(1, 21) -> arp :: {QUERIER} -> Discard; Idle -> [1] arp;
    arp[1] -> v :: CheckPaint(2, 20) -> w :: CheckPaint(1, 21) -> p :: CheckPaint(3) -> a :: Discard;
    p[1] -> ToDump(asked.pcap); v[1] -> b :: Discard; w[1] -> c :: Discard;"""
    write_pcap(tmp_path / "in.pcap", [(77_000, packet(7))])
    counters = run_program(tmp_path, text, level=level).counters
    assert [counters[f"{name}.count"] for name in "abc"] == [0, 0, 0], "VLAN_TCI is kept"
    assert read_pcap(tmp_path / "asked.pcap") == [(77_000, query(7))]


def test_the_mac_header_is_marked(tmp_path: Path) -> None:
    text = f"""FromDump(in.pcap, STOP true) -> c :: Classifier(12/0800, -);
    c[0] -> Strip(14) -> CheckIPHeader -> arp :: {QUERIER} -> IPPrint(x, ETHER true) -> Discard;
    c[1] -> [1] arp; arp[1] -> Discard;"""
    write_frames(tmp_path / "in.pcap", [packet(7), reply(7), packet(7)])
    said = run_program(tmp_path, text).stderr
    assert said.lower().count("02-00-00-00-10-07") == 2, said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "argument IP is missing"),
        ("10.0.0.1/24", "argument ETH is missing"),
        (
            "10.0.0.0/99, 02:00:00:00:00:01",
            "expected an IPv4 prefix such as 10.0.0.0/8 or an address",
        ),
        (f"10.0.0.1, {MAC}, TIMEOUT soon", "TIMEOUT: expected a time such as"),
        (f"10.0.0.1, {MAC}, CAPACITY_SLIM_FACTOR 0", "'0' is out of range"),
        (f"10.0.0.1, {MAC}, TABLE x", "TABLE: there is no element 'x'"),
    ],
)
def test_wrong_arguments(arguments: str, words: str) -> None:
    assert words in refusal(f"Idle -> a :: ARPQuerier({arguments}) -> Discard; Idle -> [1] a;")


def test_all_arguments_are_accepted(tmp_path: Path) -> None:
    querier = QUERIER.replace(
        ")",
        ", CAPACITY 9, ENTRY_CAPACITY 9, ENTRY_PACKET_CAPACITY 9, CAPACITY_SLIM_FACTOR 3,"
        " TIMEOUT 1min, BROADCAST 10.0.0.255, POLL_TIMEOUT 10, BROADCAST_POLL no, CACHE true)",
    )
    found = exchange(tmp_path, at_once(packet(7), reply(7)), querier)
    assert found.sent == [to(packet(7), host(7))]


SENDING = (
    "src :: InfiniteSource(LIMIT 3, LENGTH 40) -> SetIPAddress(10.0.0.5)"
    " -> a :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01)"
    " -> queries :: Classifier(12/0806, -); queries[1] -> sent :: Counter -> Discard;"
    " queries[0] -> asked :: Counter -> Discard; Idle -> [1] a;"
)
ETHER = "02:00:00:00:00:99"


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("eal", [(), ("--lcores", "0@0,1@0,2@1")], ids=["one", "two"])
def test_handlers(level: int, eal: tuple[str, ...]) -> None:
    insert = ("--write", f"a.insert 10.0.0.5 {ETHER}")
    done = ask(SENDING, *insert, "-h", "a.table", "-h", "a.stats", level=level, eal=eal)
    assert "10.0.0.5 1 02-00-00-00-00-99" in done.stdout
    assert "0 packets killed\n0 ARP queries sent\n" in done.stdout
    assert done.counters["sent.count"] == 3
    gone = ask(
        SENDING, *insert, "--write", "a.delete 10.0.0.5", "-h", "a.stats", level=level, eal=eal
    )
    assert gone.stdout == "0 packets killed\n1 ARP queries sent\n"
    cleared = ask(SENDING, *insert, "--write", "a.clear", level=level, eal=eal)
    assert (cleared.counters["sent.count"], cleared.counters["asked.count"]) == (0, 1)


@pytest.mark.parametrize("level", [0, 3])
def test_addresses_are_read_and_written(level: int) -> None:
    keep = ["a.ipaddr", "a.broadcast"]
    done = ask(SENDING, "-h", "a.ipaddr", "-h", "a.broadcast", level=level)
    assert done.stdout == "a.ipaddr:\n10.0.0.1/24\n\na.broadcast:\n0.0.0.0\n\n"
    # The address of everybody is known without asking.
    write = ("--write", "a.broadcast 10.0.0.5")
    assert ask(SENDING, *write, level=level, keep=keep).counters["sent.count"] == 3
    write = ("--write", "a.ipaddr 10.0.0.9")
    assert ask(SENDING, *write, "-h", "a.ipaddr", level=level, keep=keep).stdout == "10.0.0.9/32\n"
