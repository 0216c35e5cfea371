"""Programs whose handlers tests read and write."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions


@dataclass(frozen=True)
class Outcome:
    """What a program printed before its statistics, its messages, exit status and counters."""

    stdout: str
    stderr: str
    returncode: int
    counters: dict[str, int]


def build(text: str, *, level: int = 3, keep: Sequence[str] = ()) -> Path:
    """Compile a configuration; `keep` names handlers that must stay writable."""
    options = CompileOptions(level=level, variables={}, keep=frozenset(keep))
    program = compile_config(Source("test.click", text), options, Diagnostics()).program
    assert program is not None
    return program


def ask(
    text: str,
    *options: str,
    level: int = 3,
    keep: Sequence[str] = (),
    eal: Sequence[str] = (),
    folder: Path | None = None,
) -> Outcome:
    """Run a configuration to its end."""
    command = [str(build(text, level=level, keep=keep)), "--stats=json", *options]
    command += ["--", *eal] if eal else []
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=folder
    )
    printed, start, stats = done.stdout.partition('{\n  "program"')
    counters = {
        f"{name}.{counter}": value
        for name, element in (json.loads(start + stats)["elements"] if start else {}).items()
        for counter, value in element["counters"].items()
    }
    return Outcome(printed, done.stderr, done.returncode, counters)


class Client:
    """A conversation in the control protocol."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self.file = self.socket.makefile("rwb")
        self.greeting = self.line()

    def line(self) -> str:
        """The next line without its end."""
        text = self.file.readline().decode()
        assert text.endswith("\r\n"), f"no line: {text!r}"
        return text[:-2]

    def send(self, text: str) -> None:
        """Send without waiting."""
        self.file.write(text.encode())
        self.file.flush()

    def ask(self, command: str, data: str = "") -> tuple[int, str]:
        """Return the code of an answer, and what was read or said."""
        self.send(f"{command}\r\n{data}")
        said: list[str] = []
        while True:
            line = self.line()
            said.append(line[4:])
            if line[3] == " ":
                break
        code = int(line[:3])
        word = command.split()[0].upper() if command.split() else ""
        if code == 200 and word in ("READ", "GET", "READDATA", "READUNTIL"):
            length = self.line()
            assert length.startswith("DATA ")
            return code, self.file.read(int(length[5:])).decode()
        return code, "\n".join(said)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with suppress(OSError):  # what was not sent cannot be, when the other side is gone
            self.file.close()
        self.socket.close()


@contextmanager
def serving(
    folder: Path,
    text: str,
    *options: str,
    level: int = 3,
    keep: Sequence[str] = (),
    eal: Sequence[str] = (),
) -> Iterator[tuple[Client, subprocess.Popen[str]]]:
    """A program that runs, and a client of its `--control`."""
    path = folder / "control"
    program = build(text, level=level, keep=keep)
    command = [str(program), "--stats=json", "--control", str(path), *options]
    command += ["--", *eal] if eal else []
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    )
    try:
        deadline = time.monotonic() + 20
        while not path.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        with Client(path) as client:
            yield client, process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)
