"""Builds libraries and applications around them, and runs these."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT, run_pmill

HERE = ROOT / "tests" / "library"
EAL = ("--no-huge", "-m", "256", "--no-pci", "--no-telemetry", "--no-shconf", "--log-level=1")


def library(folder: Path, config: Path | str, name: str, *words: object) -> Path:
    """Make the library NAME in a folder; a text is the configuration itself."""
    if isinstance(config, str):
        (folder / f"{name}.click").write_text(config)
        config = Path(f"{name}.click")  # the same in every run, so that it is compiled once
    done = run_pmill(
        "compile", config, "--library", name, "-o", folder / f"lib{name}.a", *words, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return folder


def build(
    folder: Path,
    source: Path,
    target: str,
    libraries: Sequence[str],
    *words: str,
    compiler: str = "cc",
) -> Path:
    """Compile an application in C, with warnings as errors."""
    found = subprocess.run(
        ["pkg-config", "--cflags", "--libs", *libraries],
        env=os.environ | {"PKG_CONFIG_PATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    program = folder / target
    flags = ("-O1", "-Wall", "-Wextra", "-Werror", *words)
    linked = (*found.stdout.split(), "-lpthread")
    command = [compiler, *flags, str(source), *linked, "-o", str(program)]
    subprocess.run(command, cwd=folder, check=True)
    return program


def application(folder: Path, name: str = "lib") -> Path:
    """Compile application.c around a library that was made in the folder."""
    names = (f"-DNAME={name}", f"-DPREFIX={name.upper()}", "-include", f"{name}.h")
    return build(folder, HERE / "application.c", "application", [name], *names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What an application printed, and the captures that its ports wrote."""

    text: str
    out: tuple[Path, ...]

    def value(self, name: str) -> str:
        return next(line for line in self.text.splitlines() if line.startswith(f"{name}: ")).split(
            ": ", 1
        )[1]


def run(program: Path, inputs: Sequence[Path], *words: object, queues: int = 1) -> Ran:
    """Run an application, whose ports receive captures, as many times as there are queues."""
    folder = program.parent
    tag = hashlib.sha256(repr(words).encode()).hexdigest()[:8]
    outputs = tuple(folder / f"out{n}-{tag}.pcap" for n in range(len(inputs)))
    devices: list[str] = []
    for n, (given, sent) in enumerate(zip(inputs, outputs, strict=True)):
        shutil.copy(given, folder / f"in{n}.pcap")
        one = f"rx_pcap=in{n}.pcap,tx_pcap={sent.name}"
        if queues > 1:
            one = ",".join(
                f"rx_pcap=in{n}.pcap,tx_pcap={sent.stem}-{q}.pcap" for q in range(queues)
            )
        devices += ["--vdev", f"net_pcap{n},{one}"]
    done = subprocess.run(
        [str(program), *EAL, *devices, "-l", "0", "--", *map(str, words or ("1",))],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    return Ran(text=done.stdout, out=outputs)
