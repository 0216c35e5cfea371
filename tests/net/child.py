"""A program that was started, with all that it says in memory: it waits for no reader."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 20.0  # seconds: far more than anything here takes


class Child:
    """A process; what it wrote so far can be read at any time."""

    def __init__(self, command: Sequence[str], cwd: Path | None) -> None:
        self._stdout = os.memfd_create("said")
        self._stderr = os.memfd_create("said")
        self._process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=self._stdout, stderr=self._stderr
        )
        self.pid = self._process.pid

    @property
    def stdout(self) -> str:
        return _text(self._stdout)

    @property
    def stderr(self) -> str:
        return _text(self._stderr)

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until it has said a text so many times, on either of its outputs."""
        end = time.monotonic() + PATIENCE
        while (self.stdout + self.stderr).count(text) < times:
            assert self._process.poll() is None, f"it has ended: {self.stderr}"
            assert time.monotonic() < end, f"it does not say {text!r}: {self.stderr}"
            time.sleep(0.01)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, timeout: float = PATIENCE) -> int:
        """Wait for its end; return its exit status."""
        return self._process.wait(timeout)

    def kill(self) -> None:
        """End it, if it has not ended by itself."""
        self._process.kill()
        self._process.wait()
        os.close(self._stdout)
        os.close(self._stderr)


def _text(file: int) -> str:
    # The process writes at the position of this file: it is not to be moved.
    data, at = b"", 0
    while part := os.pread(file, 1 << 16, at):
        data, at = data + part, at + len(part)
    return data.decode(errors="replace")
