"""Runs the command `pmill` in processes that have imported it already.

A quarter of a second of every call is Python reading pmill's modules, and the tests make thousands
of calls. So each process of pytest has a server, which imports them once and forks for every call:
the command starts in a process that is otherwise as fresh as a new one, with the given words,
directory, environment and files. How pmill really starts is tested in tests/cli.
"""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
_SIZE = struct.Struct("!I")
_STATUS = struct.Struct("!i")
_BACKLOG = 64
# What commands import in the end.
_MODULES = (
    "pmill.__main__",
    "pmill.click.command",
    "pmill.driver",
    "pmill.elaborate",
    "pmill.emit",
    "pmill.explain",
    "pmill.llvm.pipeline",
    "pmill.passes",
    "pmill.run",
    "pmill.syntax.parser",
    "pmill.toolchain",
    "pmill.tools.check",
    "pmill.verify",
)


class Zygote:
    """A server of this process, which ends with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="pmill-zygote-")
        address = Path(self._folder.name) / "socket"
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(address)],
            stdin=subprocess.PIPE,  # closed when this process ends, however it does
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n", "the server of commands did not start"
        self._address = str(address)
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()
        self._folder.cleanup()

    def run(
        self, words: list[str], cwd: Path, env: dict[str, str], stdin: str | None, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as subprocess.run does; a killed one has the negative signal as status."""
        request = json.dumps({"words": words, "cwd": str(cwd), "env": env}).encode()
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            socket.socket(socket.AF_UNIX) as server,
        ):
            given.write((stdin or "").encode())
            given.seek(0)
            server.settimeout(timeout)
            server.connect(self._address)
            files = [given.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(server, [_SIZE.pack(len(request))], files)
            server.sendall(request)
            child = _STATUS.unpack(_receive(server, _STATUS.size))[0]
            try:
                status = _STATUS.unpack(_receive(server, _STATUS.size))[0]
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["pmill", *words], timeout) from None
            return subprocess.CompletedProcess(
                ["pmill", *words], status, stdout=_text(out), stderr=_text(err)
            )


@cache
def zygote() -> Zygote:
    """Return the server of this process."""
    return Zygote()


def _text(file: io.BufferedRandom) -> str:
    """All of a file, with the ends of lines as subprocess.run gives them."""
    file.seek(0)
    text = file.read().decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _receive(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = connection.recv(size - len(found))
        if not more:
            raise EOFError("the server of commands has gone")
        found += more
    return found


def _serve(address: str) -> NoReturn:
    """Fork for every connection until the standard input is closed."""
    for name in _MODULES:
        import_module(name)
    gc.collect()
    gc.freeze()  # not looked at any more, so not copied either
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that serve
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(_BACKLOG)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener.fileno(), 0], [], [])
            if 0 in ready:
                os._exit(0)
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> NoReturn:
    """Start the command that a connection asks for, and send its number, then its status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, files, _, _ = socket.recv_fds(connection, _SIZE.size, 3)
    request = json.loads(_receive(connection, _SIZE.unpack(head)[0]))
    child = os.fork()
    if child == 0:
        connection.close()
        _become(request["words"], request["cwd"], request["env"], files)
    connection.sendall(_STATUS.pack(child))
    _, status = os.waitpid(child, 0)
    with suppress(BrokenPipeError):  # nobody may wait any longer
        connection.sendall(_STATUS.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _become(words: list[str], cwd: str, env: dict[str, str], files: list[int]) -> NoReturn:
    """Be the command."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[0] = cwd  # as `python -m` does
    sys.argv = ["pmill", *words]
    sys.stdin, sys.stdout, sys.stderr = _streams()

    from pmill.__main__ import run

    try:
        run()
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


def _streams() -> tuple[io.TextIOWrapper, io.TextIOWrapper, io.TextIOWrapper]:
    """The three files of a process, as Python opens them."""
    return (
        open(0, encoding="utf-8", errors="surrogateescape", closefd=False),
        open(1, "w", encoding="utf-8", errors="strict", closefd=False),
        open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False),
    )


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    _serve(sys.argv[1])
