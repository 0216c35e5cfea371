"""Runs a program and notes all that can be seen of it from outside.

Every run has a folder of its own, where its files are. The clock is simulated and stands still
while there is anything to do, so that nothing depends on how fast a program is.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pmill.traffic.pcap import Packet, read_pcap, write_frames
from pmill.verify.feeding import Doors, Feed, Inlet

_MOST_FILE_BYTES: Final = 1 << 30
_LIMITED: Final = ("sh", "-c", f'ulimit -f {_MOST_FILE_BYTES >> 9}; exec "$@"', "limited")
_FED: Final = "in"  # what is fed to ports: in0.pcap; what they send: out0.pcap


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a run left.

    `end` is "status 0", "SIGSEGV", or that it did not end. `sent` has by output, "port 0" or "file
    out.pcap", the packets with their times (0 for ports, which stamp them with the time of day).
    `counters` are those of elements, `e.count`, of ports and of workers.
    """

    end: str
    sent: Mapping[str, tuple[Packet, ...]] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    handlers: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0

    @property
    def good(self) -> bool:
        """Whether the program ended by itself and well."""
        return self.end == "status 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs programs of one configuration.

    `timeout` is in real seconds, `duration` in those of the simulated clock. Files that are read
    and are not fed lie in `folder`.
    """

    doors: Doors
    timeout: float
    duration: float
    folder: Path

    def observe(
        self, program: Path, feed: Mapping[Inlet, Sequence[bytes]], handlers: Sequence[str]
    ) -> Observation:
        """Run a program on frames by inlet."""
        with tempfile.TemporaryDirectory(prefix="pmill-verify-") as name:
            return self._observe(program, feed, handlers, Path(name))

    def of_feed(self, program: Path, feed: Feed, handlers: Sequence[str]) -> Observation:
        """Run a program on all of a feed."""
        return self.observe(program, {i: feed.frames(i) for i in feed.captures}, handlers)

    def _observe(
        self,
        program: Path,
        feed: Mapping[Inlet, Sequence[bytes]],
        handlers: Sequence[str],
        work: Path,
    ) -> Observation:
        given = self._prepare(feed, work)
        command = [*_LIMITED, str(program), *self._options(feed), *_reads(handlers)]
        if self.doors.ports:
            command += ["--", *self._devices(feed)]
        start = time.monotonic()
        end, stdout, stderr = self._run(command, work)
        seconds = time.monotonic() - start
        said, answers, report = _parts(stdout, handlers)
        sent: dict[str, tuple[Packet, ...]] = {}
        for port in self.doors.ports:
            packets = _read(work / f"out{port}.pcap") or ()
            sent[f"port {port}"] = tuple((0, frame) for _, frame in packets)
        files = {}
        for path in sorted(p for p in work.rglob("*") if p.is_file() and p not in given):
            found = _read(path)
            if found is not None:
                sent[f"file {path.relative_to(work)}"] = found
            else:
                files[f"file {path.relative_to(work)}"] = path.read_bytes()
        return Observation(
            end=end,
            sent=sent,
            counters=_counters(report),
            handlers=answers,
            files=files,
            stdout=said,
            stderr=stderr,
            seconds=seconds,
        )

    def _prepare(self, feed: Mapping[Inlet, Sequence[bytes]], work: Path) -> set[Path]:
        """Write what is fed; return all files that are no results."""
        for folder in self.doors.folders:
            (work / folder).mkdir(parents=True, exist_ok=True)
        given = {work / f"out{port}.pcap" for port in self.doors.ports}
        for name in self.doors.files:
            path = work / name
            if not Path(name).is_absolute() and (self.folder / name).is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.folder / name, path)
                given.add(path)
        for inlet, frames in feed.items():
            path = work / (f"{_FED}{inlet}.pcap" if isinstance(inlet, int) else inlet)
            path.parent.mkdir(parents=True, exist_ok=True)
            given.add(write_frames(path, frames))
        return given

    def _options(self, feed: Mapping[Inlet, Sequence[bytes]]) -> list[str]:
        words = ["--stats=json"]
        if not self.doors.workers:
            words += ["--simtime", "--simtick", "0", "--duration", f"{self.duration:g}"]
        for inlet, frames in feed.items():
            if isinstance(inlet, int) and frames:
                words += ["--expect", f"{inlet}={len(frames)}"]
        return words

    def _devices(self, feed: Mapping[Inlet, Sequence[bytes]]) -> list[str]:
        words = []
        for port in range(max(self.doors.ports) + 1):
            fed = f",rx_pcap={_FED}{port}.pcap" if port in feed else ""
            words += ["--vdev", f"net_pcap{port}{fed},tx_pcap=out{port}.pcap"]
        return words

    def _run(self, command: Sequence[str], work: Path) -> tuple[str, str, str]:
        """Run a command; return how it ended and what it printed."""
        try:
            done = subprocess.run(
                command,
                cwd=work,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"no end within {self.timeout:g} s", "", ""
        end = f"status {done.returncode}"
        if done.returncode < 0:
            end = signal.Signals(-done.returncode).name
        return end, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def _reads(handlers: Sequence[str]) -> list[str]:
    return [word for handler in handlers for word in ("-h", handler)]


def _read(path: Path) -> tuple[Packet, ...] | None:
    """The packets of a capture; none of a file that is cut short, None when it is no capture."""
    try:
        return tuple(read_pcap(path))
    except OSError:
        return ()
    except ValueError:
        return None


def _parts(stdout: str, handlers: Sequence[str]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Split what a program printed: its own words, what handlers said, its statistics."""
    at = stdout.rfind("\n{\n") + 1
    try:
        report: dict[str, Any] = json.loads(stdout[at:])
    except ValueError:
        return stdout, {}, {}
    text, answers = stdout[:at], dict[str, str]()
    if len(handlers) == 1:
        text = f"{handlers[0]}:\n{text}"  # alone, it is printed without its name
    # From the back: what a handler says might look like the name of an earlier one.
    for handler in reversed(handlers):
        begin = text.rfind(f"{handler}:\n")
        if begin >= 0:
            answers[handler] = text[begin + len(handler) + 2 :].strip("\n")
            text = text[:begin]
    return text, dict(reversed(answers.items())), report


def _counters(report: Mapping[str, Any]) -> dict[str, int]:
    found = {
        f"{name}.{counter}": int(value)
        for name, element in report.get("elements", {}).items()
        for counter, value in element["counters"].items()
    }
    for port in report.get("ports", ()):
        found |= {f"port {port['port']} {k}": int(v) for k, v in port.items() if k[1:3] == "x_"}
    for key in ("packets", "no_buffer", "loops"):
        if "workers" in report:
            found[f"workers {key}"] = sum(int(w[key]) for w in report["workers"])
    return found
