"""Click's control protocol, spoken with a program under full traffic."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.control.programs import Client, ask, build, serving

ONE: tuple[str, ...] = ()
TWO = ("--lcores", "0@0,1@0,2@1")
TRAFFIC = (
    "src :: InfiniteSource(LIMIT -1, BURST 32, LENGTH 60) -> c :: Counter -> q :: Queue(100)"
    " -> u :: Unqueue(BURST 32) -> s :: Switch(0) -> d :: Discard; s[1] -> e :: Discard;"
    "t :: InfiniteSource(LIMIT -1, BURST 32) -> f :: Counter -> Discard;"
)
KEEP = ("src.active", "src.burst", "s.switch", "q.capacity", "u.burst")

# Commands with the code and the text of their answer; None: any text.
GOOD: list[tuple[str, str, int, str | None]] = [
    ("READ c.class", "", 200, "Counter"),
    ("read u.name", "", 200, "u"),
    ("GET q.capacity", "", 200, "100"),
    ("READ q.config", "", 200, "100"),
    ("READ src.burst", "", 200, "32"),
    ("READ list", "", 200, None),
    ("READ c.rate", "", 200, None),
    ("READ q.length", "", 200, None),
    ("READDATA c.count 3", "abc", 200, None),
    ("READUNTIL c.name .", "x\r\ny\r\n.\r\n", 200, "c"),
    ("CHECKREAD c.count", "", 200, "Read handler 'c.count' OK"),
    ("CHECKWRITE c.reset", "", 200, "Write handler 'c.reset' OK"),
    ("WRITE s.switch 1", "", 200, "Write handler 's.switch' OK"),
    ("READ s.switch", "", 200, "1"),
    ("SET s.switch 0", "", 200, "Write handler 's.switch' OK"),
    ("WRITEDATA s.switch 1", "1", 200, "Write handler 's.switch' OK"),
    ("READ s.switch", "", 200, "1"),
    ("WRITEUNTIL s.switch end", "0\r\nend\r\n", 520, None),
    ("WRITE q.capacity 300", "", 200, "Write handler 'q.capacity' OK"),
    ("READ q.capacity", "", 200, "300"),
    ("WRITE q.capacity 100", "", 200, "Write handler 'q.capacity' OK"),
    ("WRITE u.burst 16", "", 200, "Write handler 'u.burst' OK"),
    ("WRITE u.burst 32", "", 200, "Write handler 'u.burst' OK"),
    ("HELP", "", 200, None),
    ("", "", 0, None),
]
BAD: list[tuple[str, str, int, str | None]] = [
    ("READ", "", 500, "Wrong number of arguments"),
    ("WRITE", "", 500, "Wrong number of arguments"),
    ("CHECKREAD c.count more", "", 500, "Wrong number of arguments"),
    ("READ nobody.count", "", 510, "No element named 'nobody'"),
    ("READ c.nothing", "", 511, "No read handler named 'c.nothing'"),
    ("READ c.reset", "", 511, "No read handler named 'c.reset'"),
    ("WRITE c.count 5", "", 511, "No write handler named 'c.count'"),
    ("WRITE nobody.x 5", "", 510, "No element named 'nobody'"),
    ("WRITE t.limit 5", "", 530, "'t.limit' was compiled in; rebuild with --keep t.limit"),
    ("CHECKWRITE t.limit", "", 530, None),
    ("WRITE src.active maybe", "", 520, "Write handler 'src.active' error:\n'maybe' is no boolean"),
    ("WRITE src.burst 0", "", 520, None),
    ("WRITE s.switch", "", 520, None),
    ("READDATA c.count", "", 500, "Wrong number of arguments"),
    ("READDATA c.count x", "", 500, "Syntax error in 'READDATA'"),
    ("WRITEDATA s.switch -1", "", 500, "Syntax error in 'WRITEDATA'"),
    ("LLRPC c.123", "", 501, "LLRPC is not supported"),
    ("FROBNICATE", "", 501, "Command 'FROBNICATE' unimplemented"),
    ("\x00\x01\x02", "", 501, None),
    ("QUIT now", "", 500, "Bad command syntax"),
]


@pytest.mark.parametrize("eal", [ONE, TWO], ids=["one", "two"])
def test_two_hundred_commands_under_full_traffic(tmp_path: Path, eal: tuple[str, ...]) -> None:
    with serving(tmp_path, TRAFFIC, eal=eal, keep=KEEP) as (client, process):
        assert client.greeting == "Click::ControlSocket/1.3"
        asked = 0
        while asked < 200:
            for command, data, code, text in GOOD + BAD:
                if not command:
                    client.send("\r\n")  # an empty line is no command
                    continue
                answer = client.ask(command, data)
                assert answer[0] == code, (command, answer)
                assert text is None or answer[1] == text, command
                asked += 1
        assert client.ask("WRITE src.active false")[0] == 200
        before = int(client.ask("READ src.count")[1])
        assert before > 0
        assert int(client.ask("READ src.count")[1]) == before
        # Nothing was lost to a handler: what was made has arrived, waits, or found no room.
        arrived = sum(int(client.ask(f"READ {e}.count")[1]) for e in ("d", "e"))
        waits = int(client.ask("READ q.length")[1])
        dropped = int(client.ask("READ q.drops")[1])
        deadline = time.monotonic() + 10
        while waits and time.monotonic() < deadline:
            waits = int(client.ask("READ q.length")[1])
        arrived = sum(int(client.ask(f"READ {e}.count")[1]) for e in ("d", "e"))
        assert arrived + waits + dropped == before
        assert client.ask("QUIT") == (200, "Goodbye!")
        assert process.poll() is None


def test_answers_come_in_order_of_commands(tmp_path: Path) -> None:
    with serving(tmp_path, TRAFFIC) as (client, _):
        client.send("".join(f"READ {e}.name\r\n" for e in ("c", "d", "e", "f") * 50))
        for e in ("c", "d", "e", "f") * 50:
            assert client.line() == f"200 Read handler '{e}.name' OK"
            assert client.line() == "DATA 1"
            assert client.file.read(1).decode() == e


def test_every_way_to_end_a_line(tmp_path: Path) -> None:
    with serving(tmp_path, TRAFFIC) as (client, _):
        for end in ("\n", "\r\n", "\r\n\r\n"):
            client.send(f"CHECKREAD c.count{end}")
            assert client.line() == "200 Read handler 'c.count' OK"
        client.send("CHECK")
        time.sleep(0.05)
        client.send("READ c.cou")
        time.sleep(0.05)
        client.send("nt\r")
        client.send("\n")
        assert client.line() == "200 Read handler 'c.count' OK"


def test_endless_lines_and_garbage_end_a_conversation_not_the_program(tmp_path: Path) -> None:
    with serving(tmp_path, TRAFFIC) as (client, process):
        # The conversation may be closed before everything was sent.
        with Client(tmp_path / "control") as other, suppress(BrokenPipeError, ConnectionResetError):
            other.send("x" * (2 << 20))
            assert other.line() == "500 Line too long"
            assert other.file.read() == b""
        with Client(tmp_path / "control") as third:
            third.socket.sendall(os.urandom(4096))
        assert client.ask("READ c.class") == (200, "Counter")
        assert process.poll() is None


def test_stop_ends_the_program(tmp_path: Path) -> None:
    with serving(tmp_path, TRAFFIC) as (client, process):
        assert client.ask("WRITE stop")[0] == 200
        assert process.wait(10) == 0
        assert not (tmp_path / "control").exists()


def test_a_program_without_sources_goes_on_while_it_is_controlled(tmp_path: Path) -> None:
    with serving(tmp_path, "Idle -> q :: Queue(7) -> Idle;") as (client, process):
        assert client.ask("READ q.capacity") == (200, "7")
        assert process.poll() is None


def test_a_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    abandoned = socket.socket(socket.AF_UNIX)
    abandoned.bind(str(tmp_path / "abandoned"))
    abandoned.close()
    (tmp_path / "abandoned").rename(tmp_path / "control")
    program = build(TRAFFIC)
    process = subprocess.Popen([str(program), "--control", str(tmp_path / "control")])
    try:
        deadline = time.monotonic() + 10
        answer = None
        while answer is None and time.monotonic() < deadline:
            time.sleep(0.02)
            with suppress(ConnectionRefusedError), Client(tmp_path / "control") as client:
                answer = client.ask("READ c.class")
        assert answer == (200, "Counter")
        again = subprocess.run(
            [str(program), "--control", str(tmp_path / "control")],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert again.returncode == 1
        assert "cannot listen on" in again.stderr
        assert "Address already in use" in again.stderr
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize(
    ("address", "message"),
    [("/no/such/folder/x", "cannot listen on"), ("/" + "x" * 200, "the path of a Unix socket")],
)
def test_where_nothing_can_be_served(address: str, message: str) -> None:
    done = ask("Idle -> Discard;", "--control", address)
    assert done.returncode == 1
    assert message in done.stderr


def test_a_port_of_this_host() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = ask("Idle -> Discard;", "--control", str(port))
    assert done.returncode == 1
    assert f"cannot listen on port {port}: Address already in use" in done.stderr


def test_a_worker_that_is_stuck_makes_a_write_fail(tmp_path: Path) -> None:
    """A ring that nobody empties takes no more, and BLOCKING waits for it for ever."""
    text = "InfiniteSource(LENGTH 60) -> c :: Counter -> ToDPDKDevice(net_ring0);"
    eal = ("--lcores", "0@0,1@1", "--vdev", "net_ring0")
    with serving(tmp_path, text, eal=eal) as (client, process):
        deadline = time.monotonic() + 20
        before, count = "", "0"
        while (before != count or count == "0") and time.monotonic() < deadline:
            before = count
            time.sleep(0.2)
            count = client.ask("READ c.count")[1]
        assert client.ask("WRITE c.reset") == (
            520,
            "Write handler 'c.reset' error:\na worker is stuck",
        )
        # What needs no worker is answered all the same.
        assert client.ask("READ c.class") == (200, "Counter")
        assert client.ask("WRITE stop")[0] == 200
        assert process.wait(20) == 0
