"""Programs that print no statistics, that run until they are stopped, and that do not run."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import Compiled, Written
from tests.runtime.conftest import Build, run

SOURCE = "InfiniteSource(LIMIT 3) -> Print(p) -> Discard;\n"


def switches(child: subprocess.Popen[str]) -> int:
    """Return how often the threads of a program gave their processors back."""
    tasks = Path(f"/proc/{child.pid}/task").glob("*/status")
    lines = [line.split() for task in tasks for line in task.read_text().splitlines()]
    return sum(int(words[1]) for words in lines if words[0] == "voluntary_ctxt_switches:")


def ended_by(program: Path, number: signal.Signals, *options: str) -> tuple[int, str, str, int]:
    """Run a program for a while; return status, standard output and error, and its rests."""
    command = [str(program), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        time.sleep(1.5)
        assert child.poll() is None, "it runs"
        begin = switches(child)
        time.sleep(0.5)
        rests = switches(child) - begin
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
    return child.returncode, out, err, rests


def test_no_statistics(build: Build) -> None:
    done = run(build(SOURCE), "--stats=none")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("p:   69 |") == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_exhausted_sources_do_not_end_it(build: Build, number: signal.Signals) -> None:
    status, out, err, rests = ended_by(build(SOURCE), number, "--forever", "--stats=none")
    assert (status, out) == (0, "")
    assert err.count("p:   69 |") == 3
    assert rests > 20, "a program that spins gives nothing back, however busy the machine is"


def test_with_several_workers(build: Build) -> None:
    eal = ("--", "--lcores", "0@0,1@0,2@1")
    status, _, err, _ = ended_by(build(SOURCE), signal.SIGTERM, "--forever", *eal)
    assert status == 0
    assert err.count("p:   69 |") == 3


def test_a_program_without_sources(build: Build) -> None:
    program = build("Idle -> Discard;\n")
    assert run(program).returncode == 1
    assert ended_by(program, signal.SIGTERM, "--forever", "--stats=none")[0] == 0


def test_stop_and_duration_end_it(build: Build) -> None:
    stopped = run(build("InfiniteSource(LIMIT 3, STOP true) -> Discard;\n"), "--forever")
    assert stopped.returncode == 0
    assert run(build(SOURCE), "--forever", "--duration", "0.2").returncode == 0


@pytest.mark.parametrize("level", [0, 3])
def test_simulated_time(compiled: Compiled, written: Written, level: int) -> None:
    """The clock leaps while there is something to wait for, also when sources are exhausted."""
    text = "RatedSource(RATE 1, LIMIT 5) -> c :: Counter -> Discard; TimedSource(60) -> Discard;\n"
    program = compiled(written(text), f"-O{level}")
    begin = time.monotonic()
    done = run(program, "--forever", "--simtime", "--duration", "36000", "--stats=json")
    assert time.monotonic() - begin < 10
    stats = json.loads(done.stdout)
    assert stats["seconds"] == pytest.approx(36000, abs=1)
    assert stats["elements"]["c"]["counters"]["count"] == 5


def test_check_stops_before_the_first_packet(build: Build, tmp_path: Path) -> None:
    done = run(build("Message(hello); " + SOURCE), "--check", "--stats=none")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "hello\n")
    assert run(build("Idle -> Discard;\n"), "--check", "--stats=none").returncode == 0
    missing = build(f"FromDump({tmp_path}/none) -> Discard;\n")
    assert run(missing, "--check").returncode == 1


def test_an_unknown_form_of_statistics(build: Build) -> None:
    done = run(build(SOURCE), "--stats=xml")
    assert done.returncode == 1
    assert done.stderr.startswith("error: --stats is text, json or none, not 'xml'\n")
