"""Traffic for long, under all that disturbs it; at the end every packet and buffer is accounted for.

Workers stall at random, rings and queues are full, pools are empty, handlers stop and start what
workers run, empty queues and change their sizes, and programs are ended in every way. The default
is a million packets, in one test of `make test-slow`; PMILL_SOAK names another number.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.traffic import malformed, router_mix, write_frames
from tests.workers.kit import Counts, build, command, counts_of

PACKETS = int(os.environ.get("PMILL_SOAK", "1000000"))
ROUND = max(100_000, PACKETS // 50)  # packets that arrive until a program ends, or is ended
_MOST = 8.0  # seconds of a round
EXTRA = (Path(__file__).resolve().parent / "extra",)
NEIGHBOUR = "10.0.1.2 02:00:00:00:00:77"

# All kinds of what may keep a packet: queues pulled by others, transmit buffers, a table that
# waits for neighbours, a capture; and what makes more of one. The script disturbs them.
TEXT = f"""
table :: ARPTable(CAPACITY 50);
out :: Counter -> to1 :: ToDPDKDevice(1, BLOCKING false, IQUEUE 32, NDESC 64);
back :: Counter -> to0 :: ToDPDKDevice(0, BLOCKING true, NDESC 64);
f :: FromDPDKDevice(0, NDESC 256) -> Stall(0.0005, 300us) -> ways :: RoundRobinSwitch;
ways[0] -> a :: Counter -> q :: Queue(100) -> u :: Unqueue(BURST 8) -> Stall(0.001, 100us) -> out;
ways[1] -> b :: Counter -> t :: Tee; t[0] -> out; t[1] -> back;
ways[2] -> c :: Counter -> r :: Queue(1000, BLOCKING true) -> v :: Unqueue(BURST 32) -> back;
ways[3] -> d :: Counter -> kind :: Classifier(12/0800, -); kind[1] -> e :: Discard;
kind[0] -> Strip(14) -> ok :: CheckIPHeader -> GetIPAddress(16)
  -> arp :: ARPQuerier(10.0.1.1/24, 02:00:00:00:00:02, TABLE table) -> g :: Counter -> out;
Idle -> [1] arp;
ways[4] -> h :: Counter -> dump :: ToDump(out.dump, SNAPLEN 40) -> back;
Script(label again,
  wait 2ms, write u.active false, wait 1ms, write u.active true,
  wait 1ms, write q.capacity 7, wait 1ms, write q.capacity 300, write table.insert {NEIGHBOUR},
  wait 1ms, write r.reset, write v.active false, wait 3ms, write v.active true,
  wait 1ms, write table.clear, goto again);
"""


def accounted(result: Counts) -> int:
    """Check all sums; return the number of packets that were received."""
    e = result.elements
    first, second = result.ports
    received = e["f"]["count"]
    no_buffer = sum(w["no_buffer"] for w in result.stats["workers"])
    # Frames that the device received and nobody took before the end are in its rings.
    assert received <= first["rx_packets"] <= received + 2 * 256
    assert received == sum(result.workers) == sum(e[way]["count"] for way in "abcdh")
    assert e["a"]["count"] == e["q"]["drops"] + e["q"]["length"] + e["u"]["count"]
    assert e["c"]["count"] == e["r"]["drops"] + e["r"]["length"] + e["v"]["count"]
    assert e["h"]["count"] == e["dump"]["count"]
    bad = sum(count for name, count in e["ok"].items() if name == "drops")
    valid = e["d"]["count"] - e["e"]["count"] - bad
    sent_on = e["g"]["count"] - e["arp"]["queries"]
    lost_there = e["arp"]["drops"] + e["arp"]["no_room"] + e["table"]["drops"]
    assert valid == sent_on + lost_there + e["table"]["length"]
    copies = e["u"]["count"] + e["b"]["count"] + e["g"]["count"]
    assert e["out"]["count"] <= copies <= e["out"]["count"] + no_buffer
    assert e["back"]["count"] == e["b"]["count"] + e["v"]["count"] + e["h"]["count"]
    for name, port, to in (("out", second, "to1"), ("back", first, "to0")):
        assert e[name]["count"] == e[to]["count"] + e[to]["dropped"], name
        assert e[to]["count"] == port["tx_packets"] + port["tx_dropped"], name
    buffers = result.stats["buffers"]
    assert buffers["in_use"] == 0
    return received


def ended(program: Path, folder: Path, plugin: Path, rng: random.Random) -> Counts:
    """Run once: to the end of its packets, or until a signal comes, at the latest after `_MOST` s.

    With few buffers, which wait in queues that nobody empties, packets may come by hundreds a second.
    """
    rate = rng.choice((0, 200_000, 1_000_000))
    devices = (
        f"net_pmill0,rx_pcap={folder / 'in.pcap'},loop=1,rate={rate}",
        "net_pmill1,ring=64" + (f",tx_pcap={folder / 'out.pcap'}" if rng.random() < 0.3 else ""),
    )
    eal = ["-d", str(plugin), *(word for device in devices for word in ("--vdev", device))]
    buffers = rng.choice((1100, 1500, 8191))  # rings, and what each lcore keeps, take 900
    words, environment = command(
        program, f"--buffers={buffers}", f"--expect=0={ROUND}", workers=2, eal=eal
    )
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as child:
        seconds = rng.uniform(0.2, 1.5) if rng.random() < 0.5 else _MOST
        try:
            stdout, stderr = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(rng.choice((signal.SIGTERM, signal.SIGINT)))
            stdout, stderr = outputs(child)
        return counts_of(stdout, stderr, child.returncode)


def outputs(child: subprocess.Popen[str]) -> tuple[str, str]:
    """What a program prints that ends by itself."""
    try:
        return child.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        child.kill()
        raise


def disturbances(result: Counts) -> Counter[str]:
    """What happened that does not happen to a program that is left alone."""
    e, (first, _) = result.elements, result.ports
    return Counter(
        stalls=sum(counts.get("stalls", 0) for counts in e.values()),
        queue_full=e["q"]["drops"],
        queue_emptied=e["r"]["drops"],
        ring_full=e["to1"]["dropped"],
        unanswered=e["table"]["drops"],
        not_received=first["rx_dropped"],
        no_buffer=sum(w["no_buffer"] for w in result.stats["workers"]),
        signals=int(first["rx_packets"] + first["rx_dropped"] < ROUND),
    )


def soak(
    packets: int, level: int, folder: Path, plugin: Path, sanitize: tuple[str, ...] = ()
) -> Counter[str]:
    """Run until so many packets were received; return what disturbed them."""
    frames = [f for f in (*router_mix(5, 3000, 0), *malformed(6, 1000)) if f]
    write_frames(folder / "in.pcap", frames)
    program = build(TEXT, level=level, include=EXTRA, sanitize=sanitize)
    rng = random.Random(level)
    received, rounds = 0, 0
    met: Counter[str] = Counter()
    while received < packets:
        result = ended(program, folder, plugin, rng)
        assert result.returncode == 0, result.stderr
        received += accounted(result)
        met += disturbances(result)
        rounds += 1
        assert rounds < 100 + packets // 1000, f"only {received} packets in {rounds} rounds"
    return met


@pytest.mark.slow
@pytest.mark.parametrize("level", [3])
def test_for_a_moment(level: int, plugin: Path, tmp_path: Path) -> None:
    soak(50_000, level, tmp_path, plugin)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0, 3])
def test_for_long(level: int, plugin: Path, tmp_path: Path) -> None:
    met = soak(PACKETS, level, tmp_path, plugin)
    assert len(met) == 8, met
