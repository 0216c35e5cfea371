"""Several receive queues on net_pmill: who polls which, in which order, and that nothing is lost."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Pmill, slow
from tests.traffic import read_pcap, write_frames
from tests.workers import flows
from tests.workers.kit import Counts, build, counts_of, run

FRAMES, FLOWS = 20_000, 300
RETA = 128


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flows") / "in.pcap"
    return write_frames(path, list(flows.numbered(FRAMES, FLOWS)))


def device(capture: Path, *arguments: str) -> str:
    return ",".join(["net_pmill0", f"rx_pcap={capture}", *arguments])


def ran(
    text: str,
    plugin: Path,
    *devices: str,
    workers: int = 2,
    level: int = 3,
    frames: int = FRAMES,
    folder: Path | None = None,
) -> Counts:
    eal = ["-d", str(plugin)]
    for words in devices:
        eal += ["--vdev", words]
    return run(
        build(text, level=level),
        *("--expect", f"0={frames}"),
        workers=workers,
        eal=eal,
        folder=folder,
    )


def painted(queues: int) -> str:
    """Counters `q0`, `q1`, … of what came by each queue."""
    return f"-> p :: PaintSwitch; {' '.join(f'p[{n}] -> q{n} :: Counter -> d;' for n in range(queues))}"


def shares(result: Counts, queues: int) -> list[int]:
    return [result.elements[f"q{n}"]["count"] for n in range(queues)]


@pytest.mark.parametrize("level", [0, 3])
def test_queues_are_filled_as_the_redirection_table_says(
    level: int, plugin: Path, capture: Path, tmp_path: Path
) -> None:
    """Each packet's hash chooses the entry, and that the queue; a worker has what its queue had."""
    text = (
        "d :: ToIPSummaryDump(out.txt, FIELDS aggregate paint);"
        f"FromDPDKDevice(0, RSS_AGGREGATE true, PAINT_QUEUE true) -> MarkIPHeader(14) {painted(2)}"
    )
    result = ran(text, plugin, device(capture), level=level, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    rows = [
        [int(word) for word in line.split()]
        for line in (tmp_path / "out.txt").read_text().splitlines()
        if not line.startswith("!")
    ]
    assert len(rows) == FRAMES
    assert all(queue == (value % RETA) % 2 for value, queue in rows)
    counted = Counter(queue for _, queue in rows)
    assert shares(result, 2) == [counted[0], counted[1]] == result.workers
    assert min(result.workers) > FRAMES // 4


@pytest.mark.parametrize(
    ("arguments", "queues", "working"),
    [
        ("", 3, {0, 1, 2}),
        ("N_QUEUES 2", 2, {0, 1}),
        ("N_QUEUES 6", 6, {0, 1, 2}),
        pytest.param("N_QUEUES 1, SCALE share", 1, None, marks=pytest.mark.slow),
        pytest.param("MAXTHREADS 1", 1, {0}, marks=pytest.mark.slow),
        ("MAXTHREADS 1, THREADOFFSET 2", 1, {2}),
        pytest.param("MAXTHREADS 2, THREADOFFSET 1", 2, {1, 2}, marks=pytest.mark.slow),
        ("MAXTHREADS 2, THREADOFFSET 2", 2, {0, 2}),
        pytest.param("MAXTHREADS 2, N_QUEUES 4", 4, {0, 1}, marks=pytest.mark.slow),
        pytest.param("MAXQUEUES 2", 2, {0, 1}, marks=pytest.mark.slow),
        ("MAXTHREADS 1, MINQUEUES 2", 2, {0}),
    ],
)
def test_who_polls(
    arguments: str, queues: int, working: set[int] | None, plugin: Path, capture: Path
) -> None:
    comma = ", " if arguments else ""
    text = f"d :: Discard; FromDPDKDevice(0, PAINT_QUEUE true{comma}{arguments}) {painted(6)}"
    result = ran(text, plugin, device(capture), workers=3, level=0)
    assert result.returncode == 0, result.stderr
    assert sum(result.workers) == FRAMES == result.elements["d"]["count"]
    assert [count > 0 for count in shares(result, 6)] == [n < queues for n in range(6)]
    if working is not None:
        assert {n for n, count in enumerate(result.workers) if count} == working


def test_elements_with_queues_of_their_own(plugin: Path, capture: Path) -> None:
    """QUEUE says which is the first; who says nothing gets what is left."""
    text = (
        "FromDPDKDevice(0, QUEUE 1, THREADOFFSET 0) -> one :: Counter -> Discard;"
        "FromDPDKDevice(0, QUEUE 0, N_QUEUES 1, THREADOFFSET 1) -> zero :: Counter -> Discard;"
    )
    result = ran(text, plugin, device(capture), level=0)
    assert result.returncode == 0, result.stderr
    assert result.workers == [result.elements[name]["count"] for name in ("one", "zero")]
    assert min(result.workers) > FRAMES // 4
    assert sum(result.workers) == FRAMES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FromDPDKDevice(0, N_QUEUES 3) -> Discard;", "2 receive queues; queue 2"),
        ("FromDPDKDevice(0, QUEUE 2) -> Discard;", "2 receive queues; queue 2"),
        ("FromDPDKDevice(0, QUEUE 1, N_QUEUES 2) -> Discard;", "2 receive queues; queue 2"),
        ("FromDPDKDevice(0, MINQUEUES 4) -> Discard;", "2 receive queues; queue 3"),
        ("FromDPDKDevice(0) -> ToDPDKDevice(0, N_QUEUES 5);", "2 transmit queues; queue 4"),
        ("FromDPDKDevice(0) -> ToDPDKDevice(0, QUEUE 2);", "2 transmit queues; queue 2"),
    ],
)
def test_more_queues_than_there_are(text: str, said: str, plugin: Path, capture: Path) -> None:
    result = ran(text, plugin, device(capture, "queues=2"), level=0)
    assert result.returncode == 1
    assert f"port 0 (net_pmill0) has {said} was asked for" in result.stderr
    assert "hint: use fewer elements on the port, or lower QUEUE and N_QUEUES" in result.stderr
    assert result.stats == {}


def test_a_worker_that_is_not_there(plugin: Path, capture: Path) -> None:
    text = "f :: FromDPDKDevice(0, THREADOFFSET 5, MAXTHREADS 1) -> Discard;"
    result = ran(text, plugin, device(capture), level=0)
    assert result.workers == [0, FRAMES]
    said = "warning: f :: FromDPDKDevice: THREADOFFSET: there is no worker 5; worker 1 is the first"
    assert said in result.stderr


@pytest.mark.parametrize("level", [slow(0), 3])
@pytest.mark.parametrize(
    "way",
    ["", "-> Queue(20000) -> Unqueue(BURST 32)", "-> Strip(14) -> CheckIPHeader -> Unstrip(14)"],
    ids=["plain", "queue", "checked"],
)
def test_flows_stay_in_order(
    way: str, level: int, plugin: Path, capture: Path, tmp_path: Path
) -> None:
    sink = tmp_path / "out.pcap"
    text = f"f :: FromDPDKDevice(0) {way} -> out :: ToDPDKDevice(1);"
    devices = (device(capture), f"net_pmill1,tx_pcap={sink}")
    result = ran(text, plugin, *devices, level=level)
    assert result.returncode == 0, result.stderr
    frames = [frame for _, frame in read_pcap(sink)]
    assert len(frames) == FRAMES
    assert flows.disordered(frames) == []
    assert min(result.workers) > FRAMES // 4


def test_every_frame_is_received_or_missed_and_delivered_or_dropped(
    plugin: Path, capture: Path, tmp_path: Path
) -> None:
    """More frames come than two workers take, and more than the rings and queues hold."""
    sink, rounds = tmp_path / "out.pcap", 10
    text = (
        "f :: FromDPDKDevice(0, NDESC 64) -> c :: Counter -> q :: Queue(50)"
        " -> u :: Unqueue(BURST 4) -> out :: ToDPDKDevice(1, BLOCKING false, IQUEUE 16, NDESC 32);"
    )
    devices = (
        device(capture, "loop=1", "rate=2000000"),
        f"net_pmill1,tx_pcap={sink}",
    )
    result = ran(text, plugin, *devices, frames=FRAMES * rounds)
    assert result.returncode == 0, result.stderr
    first, second = result.ports
    e = result.elements
    assert first["rx_packets"] + first["rx_dropped"] >= FRAMES * rounds
    assert first["rx_packets"] >= e["f"]["count"] == e["c"]["count"] == sum(result.workers)
    assert e["c"]["count"] == e["q"]["drops"] + e["u"]["count"] + e["q"]["length"]
    assert e["u"]["count"] == e["out"]["count"] + e["out"]["dropped"]
    assert e["out"]["count"] == second["tx_packets"] + second["tx_dropped"]
    assert len(read_pcap(sink)) == second["tx_packets"]
    assert e["q"]["drops"] > 0
    assert first["rx_dropped"] > 0


def test_handlers_add_up_what_workers_counted(plugin: Path, capture: Path) -> None:
    """What a script reads is what the program says at its end, and no worker's part alone."""
    text = (
        "f :: FromDPDKDevice(0) -> c :: Counter -> d :: Discard;"
        f"Script(label again, wait 10ms, goto again $(lt $(c.count) {FRAMES}),"
        ' print "$(c.count) $(c.byte_count) $(f.count) $(d.count)", stop);'
    )
    program = build(text)
    eal = ["-d", str(plugin), "--vdev", device(capture)]
    result = run(program, eal=eal)
    assert result.returncode == 0, result.stderr
    assert f"{FRAMES} {FRAMES * 60} {FRAMES} {FRAMES}" in result.printed
    assert min(result.workers) > FRAMES // 4


@pytest.mark.parametrize("through", ["program", "pmill run"])
def test_a_number_of_workers(through: str, pmill: Pmill, capture: Path, tmp_path: Path) -> None:
    """`--workers N`, without a word to EAL."""
    text = f"FromDump({capture}) -> q :: Queue({FRAMES}) -> Unqueue(32) -> c :: Counter -> Discard;"
    options = ("--workers", "2", "--stats=json")
    if through == "pmill run":
        config = tmp_path / "x.click"
        config.write_text(text)
        done = pmill("run", config, *options)
    else:
        done = subprocess.run(
            [build(text, level=0), *options], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    result = counts_of(done.stdout, done.stderr, done.returncode)
    assert result.workers == [FRAMES, 0]  # one reads, the other pulls
    assert result.elements["c"]["count"] == FRAMES


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--workers", "0"), "--workers needs 1 to 127 workers"),
        (("--workers", "many"), "--workers needs a number of workers, not 'many'"),
        (("--workers", "2", "--", "-l", "0"), "both say which lcores there are"),
    ],
)
def test_a_wrong_number_of_workers(options: tuple[str, ...], said: str) -> None:
    program = build("InfiniteSource(LIMIT 1) -> Discard;", level=0)
    done = subprocess.run([program, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
