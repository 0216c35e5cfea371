"""A program's life: it starts anywhere, stops when it should, and accounts for every packet."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import Compiled
from tests.runtime.conftest import FORWARD, Build, frames, read_capture, run, write_capture

_NOTHING = ["--vdev", "net_null0,no-rx=1"]


def test_whole_capture_and_then_the_end(build: Build, tmp_path: Path) -> None:
    sent = frames(1000)
    source, sink = write_capture(tmp_path / "in.pcap", sent), tmp_path / "out.pcap"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}"]
    done = run(build(FORWARD), "--expect", "0=1000", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [frame for _, frame in read_capture(sink)] == sent
    stats = json.loads(done.stdout)
    (port,) = stats["ports"]
    assert (port["name"], port["rx_packets"], port["tx_packets"]) == ("net_pcap0", 1000, 1000)
    assert (port["rx_dropped"], port["tx_dropped"]) == (0, 0)
    assert stats["packets"] == 1000
    assert stats["cycles_per_packet"] > 0
    assert stats["median_cycles_per_packet"] > 0
    assert stats["tsc_hz"] > 1e6
    assert stats["drops"] == []
    assert [e["counters"]["count"] for e in stats["elements"].values()] == [1000, 1000]


def test_a_worker_without_a_queue(build: Build, tmp_path: Path) -> None:
    """The one receive queue has one worker; the other does not keep the program alive."""
    source = write_capture(tmp_path / "in.pcap", frames(500))
    eal = ["--lcores", "0@0,1@0,2@1", "--vdev", f"net_pcap0,rx_pcap={source}"]
    done = run(build(FORWARD), "--expect", "0=500", "--stats=json", eal=eal)
    stats = json.loads(done.stdout)
    assert stats["ports"][0]["tx_packets"] == 500
    assert sorted(w["packets"] for w in stats["workers"]) == [0, 500]


def test_workers_share_a_transmit_queue(build: Build, tmp_path: Path) -> None:
    """Two workers receive, and send through the one queue that net_pcap has."""
    sink = tmp_path / "out.pcap"
    sources = ",".join(
        f"rx_pcap={write_capture(tmp_path / f'{i}.pcap', frames(400))}" for i in range(2)
    )
    eal = ["--lcores", "0@0,1@0,2@1", "--vdev", f"net_pcap0,{sources}"]
    eal += ["--vdev", f"net_pcap1,tx_pcap={sink}"]
    program = build("FromDPDKDevice(0) -> ToDPDKDevice(1);\n")
    done = run(program, "--expect", "0=800", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    assert [w["packets"] for w in json.loads(done.stdout)["workers"]] == [400, 400]
    assert sorted(frame for _, frame in read_capture(sink)) == sorted(frames(400) * 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it(build: Build, number: signal.Signals) -> None:
    command = [str(build(FORWARD)), "--stats=json", "--", *_NOTHING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        time.sleep(1)
        child.send_signal(number)
        output, _ = child.communicate(timeout=30)
    assert child.returncode == 0
    assert json.loads(output)["packets"] == 0


def test_duration_ends_it(build: Build) -> None:
    done = run(build(FORWARD), "--duration", "0.3", "--stats=json", eal=_NOTHING)
    assert 0.25 < json.loads(done.stdout)["seconds"] < 5


def test_nothing_is_left_behind(build: Build) -> None:
    """EAL's runtime directory goes when the program does, also when it fails."""
    before = set(Path("/var/run/dpdk").glob("pmill-*"))
    with subprocess.Popen([str(build(FORWARD)), "--", "--bogus"], stderr=subprocess.PIPE) as child:
        child.communicate(timeout=30)
    assert child.returncode == 1
    assert Path(f"/var/run/dpdk/pmill-{child.pid}") not in before
    assert not Path(f"/var/run/dpdk/pmill-{child.pid}").exists()


def test_text_report(build: Build, tmp_path: Path) -> None:
    source = write_capture(tmp_path / "in.pcap", frames(1234))
    eal = ["--vdev", f"net_pcap0,rx_pcap={source}"]
    done = run(build(FORWARD), "--expect", "0=1234", eal=eal)
    assert "1,234 packets in" in done.stdout
    assert "cycles a packet (1 worker)" in done.stdout


def test_long_frames_are_dropped_with_a_reason(build: Build, tmp_path: Path) -> None:
    source = write_capture(tmp_path / "in.pcap", [bytes(60), bytes(9000), bytes(60)])
    eal = ["--vdev", f"net_pcap0,rx_pcap={source}"]
    done = run(build(FORWARD), "--expect", "0=3", "--stats=json", eal=eal)
    stats = json.loads(done.stdout)
    assert stats["ports"][0]["tx_packets"] == 2
    (drop,) = stats["drops"]
    assert (drop["counter"], drop["packets"], drop["output"]) == ("segmented", 1, None)


def test_long_frames_leave_no_gap(build: Build, tmp_path: Path) -> None:
    """Bursts from which some or all frames were dropped: the others stay, in their order."""
    long = bytes(9000)
    kept = [bytes([n]) * 60 for n in range(1, 81)]
    sent = [long, *kept[:20], long, long, *kept[20:], *[long] * 100]
    source, sink = write_capture(tmp_path / "in.pcap", sent), tmp_path / "out.pcap"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}"]
    done = run(build(FORWARD), "--expect", f"0={len(sent)}", "--stats=json", eal=eal)
    stats = json.loads(done.stdout)
    assert [d["packets"] for d in stats["drops"]] == [103]
    assert [frame for _, frame in read_capture(sink)] == kept


def test_capture_times_and_jumbo_frames(build: Build, tmp_path: Path) -> None:
    """TIMESTAMP takes the capture's times; JUMBO receives long frames whole."""
    sent = [bytes([n]) * size for n, size in enumerate((60, 1514, 2100, 9000, 9216, 60))]
    source, sink = write_capture(tmp_path / "in.pcap", sent), tmp_path / "out.pcap"
    config = f"FromDPDKDevice(0, TIMESTAMP true, JUMBO true) -> ToDump({sink}, SNAPLEN 0);\n"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source}"]
    done = run(build(config), "--expect", "0=6", eal=eal)
    assert done.returncode == 0, done.stderr
    assert read_capture(sink) == read_capture(source)


def test_pool_is_enough_for_an_infinite_capture(build: Build, tmp_path: Path) -> None:
    source = write_capture(tmp_path / "in.pcap", frames(20_000))
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},infinite_rx=1"]
    done = run(build(FORWARD), "--duration", "0.2", "--stats=json", eal=eal)
    stats = json.loads(done.stdout)
    assert stats["ports"][0]["rx_dropped"] == 0
    assert stats["packets"] > 20_000


@pytest.mark.parametrize("blocking", ["true", "false"])
def test_a_device_that_takes_no_more(build: Build, blocking: str) -> None:
    """net_ring holds 1,023 packets; the rest waits, or is dropped and counted."""
    source = "src :: InfiniteSource(LIMIT -1) -> out :: ToDPDKDevice(0, BLOCKING {}, IQUEUE 64);\n"
    eal = ["--vdev", "net_ring0"]
    done = run(build(source.format(blocking)), "--duration", "0.3", "--stats=json", eal=eal)
    stats = json.loads(done.stdout)
    made = stats["elements"]["src"]["counters"]["count"]
    out = stats["elements"]["out"]["counters"]
    assert (out["count"], out["dropped"]) == (1023, made - 1023)
    assert made > 100_000 if blocking == "false" else made < 2000


def test_a_source_that_waits_for_buffers_loses_nothing(build: Build) -> None:
    """net_ring keeps all buffers there are; that the source asks again and again is no loss."""
    source = "src :: InfiniteSource(LIMIT -1) -> out :: ToDPDKDevice(0, BLOCKING false);\n"
    options = ("--duration", "0.2", "--buffers", "700", "--stats=json")
    done = run(build(source), *options, eal=["--vdev", "net_ring0"])
    stats = json.loads(done.stdout)
    assert 100 < stats["elements"]["src"]["counters"]["count"] <= 700
    assert [w["no_buffer"] for w in stats["workers"]] == [0]


def test_workers_stop_at_a_total(build: Build, tmp_path: Path) -> None:
    """COUNT_CALL counts what all workers do, not what each does."""
    sources = ",".join(
        f"rx_pcap={write_capture(tmp_path / f'{i}.pcap', frames(2000))}" for i in range(2)
    )
    eal = ["--lcores", "0@0,1@0,2@1", "--vdev", f"net_pcap0,{sources}"]
    program = build("FromDPDKDevice(0) -> c :: Counter(COUNT_CALL 3000 stop) -> Discard;\n")
    done = run(program, "--expect", "0=4000", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    assert 3000 <= json.loads(done.stdout)["elements"]["c"]["counters"]["count"] < 3200


def test_a_full_disk_behind_a_port(build: Build, tmp_path: Path) -> None:
    """libpcap does not tell that it could not write; a limit on files stands for the disk's."""
    source, sink = write_capture(tmp_path / "in.pcap", frames(1000)), tmp_path / "out.pcap"
    eal = ["--no-huge", "-m", "64", "--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}"]
    command = [str(build(FORWARD)), "--expect", "0=1000", "--stats=json", "--", *eal]

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, preexec_fn=limit
    )
    assert done.returncode == 1
    kept = len(read_capture(sink))
    assert 0 < kept < 1000
    assert sink.stat().st_size == 24 + kept * 76
    assert f"'{sink}' holds only {kept} of the 1000 packets that net_pcap0 sent" in done.stderr
    assert "is its disk full?" in done.stderr


@pytest.mark.parametrize("level", ["-O0", "-O3"])
def test_a_queue_between_two_workers(compiled: Compiled, tmp_path: Path, level: str) -> None:
    """One worker reads and pushes, the other pulls and writes: nothing is lost, all is in order."""
    source = write_capture(tmp_path / "in.pcap", frames(20000))
    config = tmp_path / "queue.click"
    config.write_text(
        f"FromDump({source}, BURST 7) -> q :: Queue(100000) -> Unqueue(BURST 3)"
        f" -> second :: Queue(64) -> ToDump({tmp_path}/out.pcap, SNAPLEN 0);\n"
    )
    done = run(compiled(config, level), "--stats=json", eal=["--lcores", "0@0,1@0,2@1"])
    assert done.returncode == 0, done.stderr
    counters = json.loads(done.stdout)["elements"]
    assert counters["q"]["counters"]["drops"] == 0
    lost = counters["second"]["counters"]["drops"]
    found = [frame for _, frame in read_capture(tmp_path / "out.pcap")]
    assert len(found) == 20000 - lost
    assert found == sorted(found)


def test_workers_that_wait_for_each_other_end(compiled: Compiled, tmp_path: Path) -> None:
    """A worker that only pulls does not end before the packets of the other have come through."""
    config = tmp_path / "late.click"
    config.write_text(
        "RatedSource(x, 200, 20) -> Queue -> Unqueue -> Queue -> u :: Unqueue -> d :: Discard;\n"
    )
    done = run(compiled(config, "-O3"), "--stats=json", eal=["--lcores", "0@0,1@0,2@1"])
    assert json.loads(done.stdout)["elements"]["d"]["counters"]["count"] == 20
