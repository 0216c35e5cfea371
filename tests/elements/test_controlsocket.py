from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.control.programs import Client, build
from tests.elements.programs import refusal

TRAFFIC = "src :: InfiniteSource(ACTIVE !true) -> c :: Counter -> Discard;"


class Served:
    """A program with a ControlSocket that listens on a path."""

    def __init__(self, folder: Path, arguments: str = "", level: int = 3) -> None:
        self.path = folder / "socket"
        text = f"cs :: ControlSocket(UNIX, {self.path}{arguments}); {TRAFFIC}"
        self.process = subprocess.Popen(
            [str(build(text, level=level))], stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 20
        while not self.path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.messages = self.process.communicate(timeout=10)[1]


@pytest.mark.parametrize("level", [0, 3])
def test_unix(tmp_path: Path, level: int) -> None:
    with Served(tmp_path, level=level) as served, Client(served.path) as client:
        assert client.ask("READ cs.filename") == (200, str(served.path))
        assert client.ask("WRITE src.active false")[0] == 200
        assert client.ask("READ src.active") == (200, "false")
        count = client.ask("READ c.count")
        assert client.ask("READ c.count") == count
    assert not served.path.exists()


def test_read_only(tmp_path: Path) -> None:
    with Served(tmp_path, ", READONLY true") as served, Client(served.path) as client:
        assert client.ask("WRITE src.active false") == (530, "Permission denied for 'src.active'")
        assert client.ask("CHECKWRITE src.active")[0] == 530
        assert client.ask("READ src.active") == (200, "true")


def test_several_clients(tmp_path: Path) -> None:
    with Served(tmp_path, ", VERBOSE true") as served:
        clients = [Client(served.path) for _ in range(20)]
        assert {c.ask("READ c.class") for c in clients} == {(200, "Counter")}
        for c in clients:
            c.close()
    assert served.messages.count("opened connection") == 20


def test_tcp_searches_upward_for_a_free_port() -> None:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = taken.getsockname()[1]
    text = f"cs :: ControlSocket(TCP, {port}+); {TRAFFIC}"
    process = subprocess.Popen([str(build(text))])
    try:
        deadline = time.monotonic() + 20
        found = None
        while found is None and time.monotonic() < deadline:
            for p in range(port + 1, port + 20):
                with socket.socket() as s:
                    s.settimeout(2)
                    if s.connect_ex(("127.0.0.1", p)) != 0:
                        continue
                    if s.recv(100).startswith(b"Click::ControlSocket/1.3"):
                        s.sendall(b"READ cs.port\r\n")
                        assert f"DATA {len(str(p))}\r\n{p}".encode() in s.recv(1000)
                        found = p
                        break
            time.sleep(0.02)
        assert found is not None
    finally:
        process.terminate()
        process.wait(10)
        taken.close()


def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        program = build(f"ControlSocket(TCP, {port}, RETRIES 1); {TRAFFIC}")
        done = subprocess.run(
            [str(program)], capture_output=True, text=True, timeout=30, check=False
        )
    assert done.returncode == 1
    assert "trying again" in done.stderr
    assert f"cannot listen on port {port}: Address already in use" in done.stderr


def test_an_open_connection() -> None:
    ours, theirs = socket.socketpair()
    program = build(f"ControlSocket(SOCKET, {theirs.fileno()}); {TRAFFIC}")
    process = subprocess.Popen([str(program)], pass_fds=[theirs.fileno()])
    try:
        theirs.close()
        ours.settimeout(10)
        assert ours.recv(100) == b"Click::ControlSocket/1.3\r\n"
        ours.sendall(b"READ c.class\r\n")
        time.sleep(0.3)
        assert ours.recv(1000) == b"200 Read handler 'c.class' OK\r\nDATA 7\r\nCounter"
    finally:
        process.terminate()
        process.wait(10)
        ours.close()


def test_arguments() -> None:
    assert "TYPE" in refusal("ControlSocket(CARRIER_PIGEON, 7);")
    assert "ADDRESS is missing" in refusal("ControlSocket(TCP);")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("TCP, seven", "TCP needs a port, not 'seven'"),
        ("TCP, 7, PROXY x", "no kernel module"),
        ("TCP, 7, LOCALHOST false", "the whole network cannot be let in"),
        ("SOCKET, 99", "SOCKET needs the number of an open file, not '99'"),
    ],
)
def test_what_cannot_be_served(arguments: str, message: str) -> None:
    program = build(f"ControlSocket({arguments}); Idle -> Discard;")
    done = subprocess.run([str(program)], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert message in done.stderr
