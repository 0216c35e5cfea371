"""Hosts behind one address: files, pings and traces through a compiled NAT, between real kernels."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.net.namespaces import Namespaces
from tests.net.programs import (
    ONE_WORKER,
    TWO_WORKERS,
    compile_text,
    running,
    wait_until_answered,
)

CONFIG = ROOT / "examples" / "paper" / "router-nat.click"
OUTSIDE, SERVER, PORT = "192.0.2.1", "192.0.2.2", 8000
CONNECTIONS, BYTES = 100, 1 << 20

# Every queue of a port is a worker's; the kernel spreads packets over them by their flows, so that
# what comes back comes to any.
PORTS = {
    1: ("--vdev", "net_af_packet0,iface=e0", "--vdev", "net_af_packet1,iface=e1"),
    2: (
        *("--vdev", "net_af_packet0,iface=e0,qpairs=2"),
        *("--vdev", "net_af_packet1,iface=e1,qpairs=2"),
    ),
}

_SERVE = """
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
class Server(ThreadingHTTPServer):
    request_queue_size = 256
server = Server((sys.argv[1], int(sys.argv[2])), partial(SimpleHTTPRequestHandler, directory='.'))
print('ready', flush=True)
server.serve_forever()
"""

# All connections are open before the first byte is asked for.
_FETCH = """
import hashlib, json, sys, threading
from http.client import HTTPConnection
host, port, count, files = sys.argv[1], *map(int, sys.argv[2:])
open_, found = threading.Barrier(count), {}
def fetch(n):
    connection = HTTPConnection(host, port, timeout=100)
    connection.connect()
    open_.wait(100)
    connection.request('GET', f'/file{n % files}')
    found[n] = hashlib.sha256(connection.getresponse().read()).hexdigest()
    connection.close()
threads = [threading.Thread(target=fetch, args=(n,)) for n in range(count)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps([found.get(n) for n in range(count)]))
"""


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def program(between: Namespaces, request: pytest.FixtureRequest) -> tuple[Path, tuple[str, ...]]:
    """The NAT between a host inside and one outside, which knows no way to the first."""
    between.ip("b", "addr", "add", f"{SERVER}/24", "dev", "eth0")
    between.ip("a", "route", "add", "default", "via", "10.0.0.1")
    variables = {"MAC0": between.mac("m", "e0"), "MAC1": between.mac("m", "e1")}
    # The addresses are others in every run, but not the program's speed.
    text = CONFIG.read_text()
    made = compile_text(text, variables | {"CAPACITY": "100000"}, level=1)
    workers = ONE_WORKER if request.param == 1 else TWO_WORKERS
    return made, (*workers, *PORTS[request.param])


def test_many_connections_at_once(
    between: Namespaces, program: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    files = [random.Random(n).randbytes(BYTES) for n in range(4)]
    for n, data in enumerate(files):
        (tmp_path / f"file{n}").write_bytes(data)
    server = between.start("b", sys.executable, "-c", _SERVE, SERVER, str(PORT), cwd=tmp_path)
    server.wait_for("ready")
    words = (SERVER, str(PORT), str(CONNECTIONS), str(len(files)))
    with running(between, "m", program[0], eal=program[1]) as run:
        wait_until_answered(between, "a", SERVER)
        got = json.loads(between.run("a", sys.executable, "-c", _FETCH, *words, timeout=300))
    hashes = [hashlib.sha256(data).hexdigest() for data in files]
    assert got == [hashes[n % len(files)] for n in range(CONNECTIONS)]
    # The server has seen nobody but the NAT.
    log = [line for line in server.stderr.splitlines() if "GET" in line]
    assert len(log) == CONNECTIONS
    assert {line.split()[0] for line in log} == {OUTSIDE}
    # Nobody's packets came to a worker that does not know them; pings are flows, too.
    assert CONNECTIONS < run.counters["nat.opened"] < CONNECTIONS + 20
    assert run.counters["nat.closed"] == CONNECTIONS
    assert run.counters["nat.no_port"] == run.counters["nat.no_flow"] == 0


def test_pings_and_traces(between: Namespaces, program: tuple[Path, tuple[str, ...]]) -> None:
    with running(between, "m", program[0], eal=program[1]):
        wait_until_answered(between, "a", SERVER)
        assert between.probe("a", "ping", SERVER, 20, 56) == "20"
        assert between.probe("a", "ping", SERVER, 10, 1400) == "10"
        # Errors from outside, about what was translated, find who sent it.
        assert between.probe("a", "trace", SERVER) == f"10.0.0.1 {SERVER}"
        # The router's own addresses, from both sides.
        assert between.probe("a", "ping", "10.0.0.1", 3, 56) == "3"
        assert between.probe("b", "ping", OUTSIDE, 3, 56) == "3"
