"""ThreadSanitizer finds nothing in programs with two workers, and what races it finds.

One example is here by default; `make test-races` has them all, on captures and on net_pmill.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, slow
from tests.traffic import malformed, router_mix, write_frames
from tests.workers.kit import Counts, build, races, run
from tests.workers.test_soak import soak

HERE = Path(__file__).resolve().parent
EXAMPLES = sorted(
    str(path.relative_to(ROOT / "examples").with_suffix(""))
    for folder in ("examples", "examples/paper")
    for path in (ROOT / folder).glob("*.click")
)
THREADS = ("thread",)
FRAMES = 800


def traffic(folder: Path, port: int, part: int) -> Path:
    frames = (*router_mix(part + 1, FRAMES, port), *malformed(part + port, FRAMES // 4))
    return write_frames(folder / f"in{port}-{part}.pcap", frames)


def on_captures(program: Path, folder: Path, *options: str) -> Counts:
    """Run on two ports of two queues each, for ever, so that both workers have packets at once."""
    eal = []
    for port in (0, 1):
        queues = ",".join(f"rx_pcap={traffic(folder, port, part)}" for part in (0, 1))
        eal += ["--vdev", f"net_pcap{port},{queues},infinite_rx=1"]
    return run(program, "--duration", "3", *options, eal=eal, folder=folder)


def on_nic(program: Path, folder: Path, plugin: Path, *options: str) -> Counts:
    """Run on two devices that spread flows over two queues."""
    eal = ["-d", str(plugin)]
    for port in (0, 1):
        source = traffic(folder, port, 0)
        eal += ["--vdev", f"net_pmill{port},rx_pcap={source},loop=1,rate=20000"]
    return run(program, "--duration", "4", *options, eal=eal, folder=folder)


def is_clean(result: Counts) -> bool:
    assert not races(result.stderr), races(result.stderr)
    assert result.returncode == 0, result.stderr
    return True


@pytest.mark.parametrize("name", [slow(n) for n in EXAMPLES])
def test_examples_on_captures(name: str, tmp_path: Path) -> None:
    program = build(ROOT / "examples" / f"{name}.click", sanitize=THREADS)
    traffic(tmp_path, 0, 0).rename(tmp_path / "in.pcap")
    result = on_captures(program, tmp_path)
    assert is_clean(result)
    if name != "capture":  # its source is a file
        assert all(count > FRAMES for count in result.workers)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", [n for n in EXAMPLES if n != "capture"])
def test_examples_on_the_software_nic(name: str, level: int, plugin: Path, tmp_path: Path) -> None:
    program = build(ROOT / "examples" / f"{name}.click", level=level, sanitize=THREADS)
    result = on_nic(program, tmp_path, plugin)
    assert is_clean(result)
    assert all(count > 100 for count in result.workers)


QUEUES = """
FromDPDKDevice(0) -> RoundRobinSwitch -> c :: Counter(COUNT_CALL 100000000 stop) -> q :: Queue(50);
q -> u :: Unqueue(BURST 32) -> Queue(20) -> v :: Unqueue(BURST 8) -> t :: Tee;
t[0] -> ToDPDKDevice(0); t[1] -> ToDump(out.dump);
FromDPDKDevice(1) -> MarkIPHeader(14) -> s :: Switch(0); s[0] -> q; s[1] -> r :: Queue(3) -> Unqueue -> q;
StaticThreadSched(u 0, v 1);
"""


@pytest.mark.parametrize("level", [slow(0), slow(3)])
def test_queues_between_workers(level: int, tmp_path: Path) -> None:
    """What is stored by both workers and pulled by one; what is shared is locked."""
    program = build(QUEUES, level=level, sanitize=THREADS, keep=("s.switch",))
    result = on_captures(program, tmp_path, "--write", "s.switch 1")
    assert is_clean(result)
    assert result.elements["c"]["count"] > FRAMES


@pytest.mark.slow
def test_a_race_is_found(tmp_path: Path) -> None:
    """An element that counts where all workers do, without a lock: the tests above can fail."""
    text = "".join(
        f"s{n} :: InfiniteSource(LIMIT 300000, BURST 32) -> r; StaticThreadSched(s{n} {n});"
        for n in (0, 1)
    )
    program = build(f"r :: Racing -> Discard; {text}", sanitize=THREADS, include=(HERE / "racing",))
    result = run(program, folder=tmp_path)
    assert result.returncode == 66
    assert "data race" in races(result.stderr)
    assert "racing.hh" in result.stderr


@pytest.mark.slow
def test_what_handlers_and_signals_disturb(plugin: Path, tmp_path: Path) -> None:
    """The traffic of test_soak.py: scripts stop and start what workers run."""
    soak(100_000, 3, tmp_path, plugin, THREADS)
