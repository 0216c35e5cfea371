"""Runs programs of every metadata model on the devices that they can be on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from tests.traffic import read_pcap, write_frames

Device = Literal["net_pcap", "net_pmill", "stepped"]
# Which models there are on which device: a stepped device is one without a thread.
ON: Final[tuple[tuple[str, Device], ...]] = (
    ("copying", "net_pcap"),
    ("copying", "stepped"),
    ("overlaying", "net_pmill"),
    ("overlaying", "stepped"),
    ("xchange", "net_pmill"),
    ("xchange", "stepped"),
)
# The longest frame that a port takes whose MTU nobody changed.
LONGEST: Final = 1518


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a program did: the frames each port sent, its report, what it said, its status."""

    sent: tuple[list[bytes], ...]
    report: dict[str, Any]
    stderr: str
    status: int


def fitting(frames: Iterable[bytes]) -> list[bytes]:
    """Return the frames that every device takes."""
    return [f for f in frames if 0 < len(f) <= LONGEST]


def compile_words(model: str, device: Device, ports: int, *more: str) -> tuple[str, ...]:
    """Return the arguments of `pmill compile` for a model and the device of its ports."""
    named = [f"--port={n}=net_pmill" for n in range(ports)] if device != "net_pcap" else []
    return (f"--metadata={model}", *named, *more)


def devices(
    device: Device, folder: Path, inputs: Mapping[int, Iterable[bytes]], ports: int, more: str = ""
) -> list[str]:
    """Return EAL's words for ports on captures; `more` are further arguments of each."""
    words = []
    for port in range(ports):
        text = f"{'net_pcap' if device == 'net_pcap' else 'net_pmill'}{port}"
        if port in inputs:
            capture = write_frames(folder / f"in{port}.pcap", inputs[port])
            text += f",rx_pcap={capture}"
        text += f",tx_pcap={folder / f'out{port}.pcap'}"
        text += ",stepped=1" if device == "stepped" else ""
        words += ["--vdev", text + more]
    return words


def run(
    program: Path,
    device: Device,
    folder: Path,
    inputs: Mapping[int, list[bytes]],
    *options: str,
    ports: int = 2,
    eal: tuple[str, ...] = (),
    more: str = "",
) -> Outcome:
    """Run a program on captures until all frames were handled."""
    folder.mkdir(parents=True, exist_ok=True)
    expected = [w for port, f in inputs.items() for w in ("--expect", f"{port}={len(f)}")]
    vdevs = devices(device, folder, inputs, ports, more)
    command = [str(program), "--stats=json", *expected, *options, "--", *vdevs, *eal]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), f"{' '.join(command)}\n{done.stderr}{done.stdout}"
    ended = done.stdout.startswith("{")  # else nothing was written to the end
    sent = [read_pcap(folder / f"out{port}.pcap") if ended else [] for port in range(ports)]
    return Outcome(
        sent=tuple([frame for _, frame in frames] for frames in sent),
        report=json.loads(done.stdout) if ended else {},
        stderr=done.stderr,
        status=done.returncode,
    )
