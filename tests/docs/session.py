"""A shell in which the commands of a page run one after the other."""

from __future__ import annotations

import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import platformdirs

from pmill.cache import cache_dir
from tests.conftest import ROOT

_WIDTH = "100"  # of what argparse prints
# In namespaces of its own: what a page makes there goes with it.
_APART = (
    "unshare", "--net", "--mount", "sh", "-c",
    "mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip link set lo up && exec bash --norc",
)  # fmt: skip


class Session:
    """bash in a directory in which the checkout's files lie; variables and `cd` stay.

    `apart`: as root, in namespaces of networks and mounts of its own.
    """

    def __init__(self, folder: Path, *, apart: bool = False) -> None:
        self.folder = folder / "page"
        _lay_out(self.folder)
        self._mark = f"end-{secrets.token_hex(8)}"
        self._shell = subprocess.Popen(
            _APART if apart else ("bash", "--norc", "--noprofile"),
            cwd=self.folder,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def write(self, name: str, text: str) -> None:
        """Write a file that the page shows."""
        path = self.folder / name
        assert path.resolve().is_relative_to(self.folder.resolve()), f"{name} is not the page's"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, command: str, timeout: float) -> tuple[str, int]:
        """Run a command; return what it printed, on both ways, and its status.

        TimeoutError when it takes longer.
        """
        assert self._shell.stdin is not None
        script = f"{{\n{command}\n}} </dev/null\nprintf '%s %d\\n' {self._mark} $?\n"
        self._shell.stdin.write(script.encode())
        self._shell.stdin.flush()
        text, status = self._until_mark(time.monotonic() + timeout)
        return text, int(status)

    def close(self) -> None:
        """End the shell and all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
        for pipe in (self._shell.stdin, self._shell.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        self._shell.wait()

    def _until_mark(self, end: float) -> tuple[str, str]:
        assert self._shell.stdout is not None
        got = b""
        mark = self._mark.encode()
        while not (got.endswith(b"\n") and mark in got):
            ready, _, _ = select.select(
                [self._shell.stdout], [], [], max(0, end - time.monotonic())
            )
            if not ready:
                raise TimeoutError(got.decode("utf-8", "replace"))
            more = os.read(self._shell.stdout.fileno(), 65536)
            if not more:
                raise EOFError(f"the shell has ended: {got.decode('utf-8', 'replace')}")
            got += more
        printed, _, rest = got.partition(mark)
        return printed.decode("utf-8", "replace"), rest.decode().split()[0]


def _lay_out(folder: Path) -> None:
    """Make a directory that looks like a checkout and in which new files may be written."""
    folder.mkdir(parents=True)
    for entry in sorted(ROOT.iterdir()):
        if not entry.name.startswith(".") and entry.name not in ("build", "dist", "site"):
            (folder / entry.name).symlink_to(entry)
    venv = folder / ".venv"
    venv.mkdir()
    (venv / "bin").symlink_to(Path(sys.prefix) / "bin")
    (venv / ".installed").touch()  # newer than what make would install from


def _environment(folder: Path) -> dict[str, str]:
    """A new user's, but for the cache, with this checkout's `pmill`."""
    home, commands = folder / "home", folder / "bin"
    home.mkdir()
    commands.mkdir()
    for name, words in (("pmill", "-m pmill "), ("python3", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words}"$@"\n')
        (commands / name).chmod(0o755)
    kept = {n: v for n, v in os.environ.items() if n not in ("CLICKPATH", "PMILL_DIALECT")}
    return kept | {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PMILL_CACHE": str(cache_dir()),
        "XDG_CACHE_HOME": str(platformdirs.user_cache_path()),
        "HOME": str(home),
        "COLUMNS": _WIDTH,
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def missing(commands: Sequence[str]) -> list[str]:
    """Return the tools that this machine lacks."""
    return [name for name in commands if shutil.which(name) is None]
