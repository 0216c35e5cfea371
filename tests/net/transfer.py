"""A large file over HTTP from one namespace to another."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from pathlib import Path

from tests.net.namespaces import Namespaces

BYTES = 20_000_000
PORT = 8000

_FETCH = """
import hashlib, sys, urllib.request
sha = hashlib.sha256()
with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
    while part := answer.read(1 << 16):
        sha.update(part)
print(sha.hexdigest())
"""


def fetch(
    net: Namespaces, client: str, server: str, address: str, folder: Path, size: int = BYTES
) -> None:
    """Serve a file in `server`, which has the address; fetch it in `client`, and compare."""
    data = random.Random(1).randbytes(size)
    (folder / "file").write_bytes(data)
    command = ("-m", "http.server", "--bind", address, str(PORT))
    net.start(server, sys.executable, *command, cwd=folder)
    _wait_for_server(net, server)
    url = f"http://{address}:{PORT}/file"
    got = net.run(client, sys.executable, "-c", _FETCH, url, timeout=120).strip()
    assert got == hashlib.sha256(data).hexdigest()


def _wait_for_server(net: Namespaces, server: str) -> None:
    listening = f":{PORT:04X} 00000000:0000 0A"
    end = time.monotonic() + 20
    while listening not in net.run(server, "cat", "/proc/net/tcp"):
        assert time.monotonic() < end, "the server does not listen"
        time.sleep(0.05)
