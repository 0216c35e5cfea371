from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.conftest import slow
from tests.control.programs import ask
from tests.elements.arp_frames import MAC, Event, exchange, host, packet, query, reply, to
from tests.elements.ip_frames import ether, udp
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap, write_frames

# The table is the same code at every level; TWO is for what levels could make different.
LEVELS = pytest.mark.parametrize("level", [slow(0), slow(1), slow(2), 3])
TWO = pytest.mark.parametrize("level", [0, 3])
OTHER_MAC = "02:00:00:00:00:02"
SHARED = f"ARPQuerier(10.0.0.1/24, {MAC}, TABLE t)"

# Frames with TTL 64 go to `arp`, others to `too`; answers go to the one that NAME stands for.
PAIR = """
{tables}
FromDump(in.pcap, STOP true) -> c :: Classifier(12/0800 22/40, 12/0800, -);
c[0] -> Strip(14) -> MarkIPHeader -> GetIPAddress(16) -> [0] arp :: ARPQuerier(10.0.0.1/24, {mac}, TABLE {first});
c[1] -> Strip(14) -> MarkIPHeader -> GetIPAddress(16) -> [0] too :: ARPQuerier(10.0.0.1/24, {other}, TABLE {second});
arp[0] -> ToDump(out.pcap, SNAPLEN 0); arp[1] -> ToDump(asked.pcap, SNAPLEN 0);
too[0] -> ToDump(out2.pcap, SNAPLEN 0); too[1] -> ToDump(asked2.pcap, SNAPLEN 0);
c[2] -> [1] {answers}; Idle -> [1] {idle};
"""


def second(number: int, payload: bytes = b"payload") -> bytes:
    return ether(udp(payload, dst=f"10.0.0.{number}", ttl=9))


def pair(
    folder: Path,
    frames: list[bytes],
    *,
    level: int,
    tables: str = "t :: ARPTable;",
    first: str = "t",
    second: str = "t",
    answers: str = "arp",
) -> tuple[list[list[bytes]], dict[str, int]]:
    """Send frames through two queriers; return what left on out, asked, out2 and asked2."""
    write_frames(folder / "in.pcap", frames)
    idle = "too" if answers == "arp" else "arp"
    text = PAIR.format(
        tables=tables,
        mac=MAC,
        other=OTHER_MAC,
        first=first,
        second=second,
        answers=answers,
        idle=idle,
    )
    run = run_program(folder, text, level=level)
    assert run.returncode == 0, run.stderr
    names = ("out", "asked", "out2", "asked2")
    left = [[data for _, data in read_pcap(folder / f"{name}.pcap")] for name in names]
    return left, dict(run.counters)


@LEVELS
def test_what_one_learns_all_know(tmp_path: Path, level: int) -> None:
    frames = [packet(7), reply(7), second(7), second(8)]
    (out, asked, out2, asked2), counters = pair(tmp_path, frames, level=level)
    assert (out, asked) == ([to(packet(7), host(7))], [query(7)])
    assert (out2, asked2) == (
        [to(second(7), host(7), OTHER_MAC)],
        [query(8, source=OTHER_MAC)],
    )
    assert (counters["t.count"], counters["t.length"], counters["t.drops"]) == (2, 1, 0)
    for name in ("arp", "too"):
        assert (counters[f"{name}.count"], counters[f"{name}.length"]) == (2, 1)
    assert (counters["arp.queries"], counters["too.queries"]) == (1, 1)


@LEVELS
@pytest.mark.parametrize("answers", ["arp", "too"])
def test_who_has_the_answer_releases_all(tmp_path: Path, answers: str, level: int) -> None:
    """One query is enough for both, and order is kept."""
    frames = [packet(7, b"1"), second(7, b"2"), packet(7, b"3"), reply(7), second(7, b"4")]
    (out, asked, out2, asked2), _ = pair(tmp_path, frames, level=level, answers=answers)
    assert (asked, asked2) == ([query(7)], [])
    mac = MAC if answers == "arp" else OTHER_MAC
    released = [to(frame, host(7), mac) for frame in frames[:3]]
    last = to(frames[4], host(7), OTHER_MAC)
    assert (out, out2) == ((released, [last]) if answers == "arp" else ([], [*released, last]))


@TWO
def test_an_address_moves_for_both(tmp_path: Path, level: int) -> None:
    moved = reply(7, "02:00:00:00:77:77")
    frames = [reply(7), packet(7), second(7), moved, packet(7), second(7)]
    # One that did not hear of it knows after the burst at the latest.
    (out, _, out2, _), _ = pair(tmp_path, frames, level=level)
    assert out == [to(packet(7), mac) for mac in (host(7), "02:00:00:00:77:77")]
    assert out2[0] == to(second(7), host(7), OTHER_MAC)
    assert len(out2) == 2


@TWO
def test_tables_are_apart(tmp_path: Path, level: int) -> None:
    tables = "one :: ARPTable; two :: ARPTable;"
    frames = [reply(7), packet(7), second(7)]
    (out, asked, out2, asked2), counters = pair(
        tmp_path, frames, level=level, tables=tables, first="one", second="two"
    )
    assert (out, asked) == ([to(packet(7), host(7))], [])
    assert (out2, asked2) == ([], [query(7, source=OTHER_MAC)])
    assert [counters[f"{name}.count"] for name in ("one", "two", "arp", "too")] == [1, 1, 1, 1]
    assert [counters[f"{name}.length"] for name in ("one", "two", "arp", "too")] == [0, 1, 0, 1]


@TWO
def test_a_released_packet_keeps_what_the_other_needs(tmp_path: Path, level: int) -> None:
    """The paint is read behind `too` only; a packet that waited for `arp` has it there."""
    text = f"""t :: ARPTable; FromDump(in.pcap, STOP true) -> c :: Classifier(12/0800, -);
    c[0] -> Strip(14) -> MarkIPHeader -> GetIPAddress(16) -> Paint(7)
      -> arp :: ARPQuerier(10.0.0.1/24, {MAC}, TABLE t) -> Discard; Idle -> [1] arp; arp[1] -> Discard;
    Idle -> too :: ARPQuerier(10.0.0.1/24, {MAC}, TABLE t) -> p :: CheckPaint(7) -> good :: Discard;
    p[1] -> bad :: Discard; c[1] -> [1] too; too[1] -> Discard;"""
    write_frames(tmp_path / "in.pcap", [packet(7), packet(7), reply(7)])
    counters = run_program(tmp_path, text, level=level).counters
    assert (counters["good.count"], counters["bad.count"]) == (2, 0)


@TWO
def test_the_limits_are_the_tables(tmp_path: Path, level: int) -> None:
    frames = [packet(7, bytes([n])) for n in range(6)]
    tables = "t :: ARPTable(CAPACITY 4, ENTRY_CAPACITY 1, CAPACITY_SLIM_FACTOR 1);"
    querier = SHARED.replace(")", ", CAPACITY 1)")
    events: list[Event] = [(float(n), f) for n, f in enumerate([*frames, reply(7), packet(8)])]
    found = exchange(tmp_path, events, querier, level=level, more=tables)
    assert found.sent == [to(frame, host(7)) for frame in frames[2:]]
    assert (found.counters["t.drops"], found.counters["arp.unanswered"]) == (2, 0)
    assert (found.counters["t.count"], found.counters["t.length"]) == (1, 1)


@TWO
def test_its_packets_do_not_wait_for_ever(tmp_path: Path, level: int) -> None:
    events = [(0, packet(7)), (2.5, packet(8)), (3.1, reply(9)), (3.2, packet(9))]
    found = exchange(
        tmp_path, events, SHARED, level=level, timing=True, more="t :: ARPTable(TIMEOUT 3);"
    )
    assert found.sent == [to(packet(9), host(9))]
    assert (found.counters["t.drops"], found.counters["t.count"]) == (1, 2)


@LEVELS
def test_names_are_looked_up_from_the_inside(tmp_path: Path, level: int) -> None:
    """Each Lan has a table of its own, which hides the outer one; `far` uses that."""
    text = f"""
    t :: ARPTable;
    elementclass Lan {{ t :: ARPTable;
      input[0] -> q :: {SHARED} -> output; input[1] -> [1] q; q[1] -> Discard; }}
    elementclass Far {{ input[0] -> q :: {SHARED} -> output; input[1] -> [1] q; q[1] -> Discard; }}
    lan :: Lan; far :: Far;
    FromDump(in.pcap) -> c :: Classifier(12/0800, -) -> Strip(14) -> CheckIPHeader -> Tee
      -> lan -> Discard; c[1] -> [1] lan; Idle -> far -> Discard; Idle -> [1] far;
    """
    write_frames(tmp_path / "in.pcap", [packet(7)])
    counters = run_program(tmp_path, text, level=level).counters
    assert (counters["lan/t.length"], counters["t.length"]) == (1, 0)


@TWO
def test_workers_share_a_table(tmp_path: Path, level: int) -> None:
    """Two workers receive: one IP packets for many addresses, the other the answers, at once."""
    numbers = [(n // 200, n % 200 + 1) for n in range(1000)]
    frames = [ether(udp(dst=f"10.0.{a}.{b}")) for a, b in numbers] * 3
    answers = [reply(1, f"02:00:00:00:{a:02x}:{b:02x}", psrc=f"10.0.{a}.{b}") for a, b in numbers]
    write_frames(tmp_path / "ip.pcap", frames)
    write_frames(tmp_path / "arp.pcap", answers * 40)  # those that came too early come again
    text = f"""FromDump(ip.pcap, BURST 4) -> Strip(14) -> CheckIPHeader
      -> [0] arp :: ARPQuerier(10.0.0.1/16, {MAC}) -> out :: Counter -> ToDump(out.pcap, SNAPLEN 0);
    FromDump(arp.pcap, BURST 1) -> [1] arp; arp[1] -> asked :: Discard;"""
    program = compile_config(
        Source("workers.click", text), CompileOptions(level=level), Diagnostics()
    ).program
    done = subprocess.run(
        [str(program), "--stats=json", "--", "--no-huge", "-m", "256", "--lcores", "0@0,1@0,2@1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    counters = json.loads(done.stdout)["elements"]
    arp = counters["arp"]["counters"]
    sent = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    assert arp["count"] == 1000
    assert len(sent) + arp["length"] + arp["unanswered"] == len(frames)
    assert arp["responses"] == 40 * len(answers)
    wrong = [
        f for f in sent if (f[4], f[5]) != (f[32], f[33]) or f[:4] != bytes.fromhex("02000000")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("3", "too many arguments"),
        ("CAPACITY -1", "'-1' is out of range"),
        ("TIMEOUT x", "TIMEOUT: expected a time"),
    ],
)
def test_wrong_arguments(arguments: str, words: str) -> None:
    assert words in refusal(f"t :: ARPTable({arguments}); InfiniteSource -> Discard;")


def test_a_table_that_nobody_uses(tmp_path: Path) -> None:
    run = run_program(tmp_path, "t :: ARPTable; InfiniteSource(LIMIT 1) -> Discard;")
    assert run.counters["t.count"] == 0


HOST = "02:00:00:00:00:99"
TO_HOST = (
    "src :: InfiniteSource(LIMIT 3, LENGTH 40) -> SetIPAddress(10.0.0.5)"
    " -> a :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01, TABLE t)"
    " -> queries :: Classifier(12/0806, -); queries[1] -> sent :: Counter -> Discard;"
    " queries[0] -> Discard; Idle -> [1] a; t :: ARPTable;"
)


@pytest.mark.parametrize("level", [0, 3])
def test_handlers_change_the_table(level: int) -> None:
    writes = ("--write", f"t.insert 10.0.0.5 {HOST}", "--write", f"t.insert 10.0.0.6 {HOST}")
    done = ask(TO_HOST, *writes, "-h", "t.table", "-h", "t.count", "--simtime", level=level)
    table, count = done.stdout.split("t.count:\n")
    assert count.strip() == "2"
    lines = [line.split()[:3] for line in table.splitlines()[1:] if line]
    assert lines == [[ip, "1", "02-00-00-00-00-99"] for ip in ("10.0.0.5", "10.0.0.6")]
    assert done.counters["sent.count"] == 3

    gone = ask(TO_HOST, *writes, "--write", "t.delete 10.0.0.5", level=level)
    assert (gone.counters["sent.count"], gone.counters["a.queries"]) == (0, 1)
    cleared = ask(TO_HOST, *writes, "--write", "t.clear", "-h", "t.table", level=level)
    assert cleared.counters["sent.count"] == 0


@pytest.mark.parametrize(
    ("write", "message"),
    [
        ("t.insert 10.0.0.5", "expected an IP address and an Ethernet address"),
        ("t.insert here there", "'here' is no IP address"),
        ("t.insert 10.0.0.5 there", "'there' is no Ethernet address"),
        ("t.delete 10.0.0.5", "there is no address 10.0.0.5"),
        ("t.delete x", "'x' is no IP address"),
    ],
)
def test_what_handlers_refuse(write: str, message: str) -> None:
    done = ask(TO_HOST, "--write", write)
    assert done.returncode == 1
    assert message in done.stderr
