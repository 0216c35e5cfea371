"""Runs a contestant once and says how many cycles a packet it took.

A processor that others use as well makes every program look slower by as much as they took. The
kernel knows how long a process really ran, so cycles are the time on the clock times the share
of it that the process ran (one thread of each contestant works). On an idle machine it is 1.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from typing import IO, Any, Final

from pmill.bench.contestants import ClickPeer, Contestant, Program, Testpmd
from pmill.bench.peer import measure_peer
from pmill.bench.sample import Sample, failure, processor_seconds
from pmill.bench.settings import Devices, Memory, Settings
from pmill.diagnostics import fail

_SAMPLE_SECONDS: Final = 0.02
_START_SECONDS: Final = 30.0
# The kernel counts a process's time in ticks of 10 ms: of less than this part, it says nothing.
_LEAST_SHARE: Final = 0.2
_TRIALS: Final = 5
_PROMPT_BYTES: Final = 1 << 16
_PPS: Final = re.compile(r"Rx-pps:\s+(\d+)")


def measure(
    contestant: Contestant, settings: Settings, memory: Memory, devices: Devices, tsc_hz: float
) -> Sample:
    """Run a contestant once; PM0903 when it fails or forwards nothing."""
    command = contestant.command(settings, memory, devices)
    for _ in range(_TRIALS):
        match contestant:
            case Program():
                sample = _measure_program(contestant.name, command, settings)
            case ClickPeer():
                sample = measure_peer(contestant, settings, memory, devices, tsc_hz)
            case Testpmd():
                sample = _measure_testpmd(contestant.name, command, settings, tsc_hz)
        if sample.share >= _LEAST_SHARE:
            break
    return sample


def clock_hz(program: Program, settings: Settings, memory: Memory, devices: Devices) -> float:
    """Return the frequency of the time stamp counter, as DPDK determines it."""
    text, _ = _watch(program.name, program.command(settings, memory, devices), settings.seconds)
    return float(statistics_of(program.name, text)["tsc_hz"])


def measure_command(name: str, command: list[str], settings: Settings) -> Sample:
    """Run a program that prints its statistics as JSON; PM0903 when it forwards nothing."""
    for _ in range(_TRIALS):
        sample = _measure_program(name, command, settings)
        if sample.share >= _LEAST_SHARE:
            break
    if sample.share == 0:
        raise failure(name, "the machine is too busy to measure anything")
    return sample


def _measure_program(name: str, command: list[str], settings: Settings) -> Sample:
    text, share = _watch(name, command, settings.seconds)
    statistics = statistics_of(name, text)
    cycles, packets = float(statistics["cycles_per_packet"]), int(statistics["packets"])
    if packets == 0 or cycles <= 0:
        raise failure(name, "it forwarded nothing")
    return Sample(
        cycles=cycles * share,
        packets=packets,
        seconds=float(statistics["seconds"]),
        share=share,
        stretch=float(statistics.get("median_cycles_per_packet", 0)) or None,
    )


def statistics_of(name: str, text: str) -> dict[str, Any]:
    """Return the JSON object a program printed: all of its output, or the last line."""
    for candidate in (text, text.rstrip().rpartition("\n")[2]):
        try:
            value = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    raise failure(name, f"it printed no statistics:\n{text.rstrip()}")


def _watch(name: str, command: list[str], seconds: float) -> tuple[str, float]:
    """Run a program to its end; returns its output and its share of the measured time."""
    samples: list[tuple[float, float]] = []
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, text=True
        )
        deadline = time.monotonic() + seconds + _START_SECONDS
        while process.poll() is None:
            samples.append((time.monotonic(), processor_seconds(process.pid)))
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise failure(name, "it did not stop in time")
            time.sleep(_SAMPLE_SECONDS)
        output.seek(0)
        text = output.read()
        if process.returncode != 0:
            errors.seek(0)
            tail = "\n".join(errors.read().splitlines()[-8:])
            raise failure(name, f"it exited with {process.returncode}:\n{tail}")
    return text, _share(samples, seconds)


def _share(samples: list[tuple[float, float]], seconds: float) -> float:
    """The share in the middle of the last `seconds`: before it starts up, after it closes ports."""
    end = samples[-1][0] - 0.1 * seconds
    window = [(at, ran) for at, ran in samples if end - 0.7 * seconds <= at <= end and ran > 0]
    if len(window) < 2:
        return 1.0
    (start, ran_before), (stop, ran_after) = window[0], window[-1]
    return min(1.0, (ran_after - ran_before) / (stop - start))


def _measure_testpmd(name: str, command: list[str], settings: Settings, tsc_hz: float) -> Sample:
    """Let testpmd forward, and read its own rate over the measured time."""
    with tempfile.TemporaryFile("w+b") as output:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
            )
        except FileNotFoundError:
            raise fail(
                "PM0903", "dpdk-testpmd is not installed", hint="apt-get install dpdk-dev"
            ) from None
        try:
            share = _steer(name, process, output, settings)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        rates = _PPS.findall(output.read().decode(errors="replace"))
    if len(rates) != 2 or int(rates[1]) == 0:
        raise failure(name, "it showed no rate")
    rate = int(rates[1])
    return Sample(
        cycles=tsc_hz / rate * share,
        packets=round(rate * settings.seconds),
        seconds=settings.seconds,
        share=share,
    )


def _steer(
    name: str, process: subprocess.Popen[bytes], output: IO[bytes], settings: Settings
) -> float:
    """Speak to testpmd's prompt; returns its share of the time between the two readings."""
    assert process.stdin is not None
    _await_prompt(name, process, output)
    _say(process.stdin, "start")
    time.sleep(settings.warm_up)
    _say(process.stdin, "show port stats 0")
    start, ran_before = time.monotonic(), processor_seconds(process.pid)
    time.sleep(settings.seconds)
    _say(process.stdin, "show port stats 0")
    stop, ran_after = time.monotonic(), processor_seconds(process.pid)
    _say(process.stdin, "stop")
    _say(process.stdin, "quit")
    process.wait(_START_SECONDS)
    return min(1.0, (ran_after - ran_before) / (stop - start)) if ran_before > 0 else 1.0


def _say(stdin: IO[bytes], line: str) -> None:
    stdin.write(f"{line}\n".encode())
    stdin.flush()


def _await_prompt(name: str, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        # Not seek and read: the position is the child's as well.
        text = os.pread(output.fileno(), _PROMPT_BYTES, 0)
        if b"testpmd>" in text:
            return
        if process.poll() is not None:
            tail = "\n".join(text.decode(errors="replace").splitlines()[-8:])
            raise failure(name, f"it exited with {process.returncode}:\n{tail}")
        time.sleep(_SAMPLE_SECONDS)
    raise failure(name, "it never showed its prompt")
