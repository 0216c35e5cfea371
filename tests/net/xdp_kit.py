"""What tests of ports on AF_XDP sockets share."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.net.child import PATIENCE
from tests.net.namespaces import Namespaces

BRIDGE = """
f0 :: FromDPDKDevice(xdp:e0, VERBOSE 1) -> t1 :: ToDPDKDevice(xdp:e1);
f1 :: FromDPDKDevice(xdp:e1, VERBOSE 1) -> t0 :: ToDPDKDevice(xdp:e0);
"""

NO_ZERO_COPY = "the kernel copies frames: the interface has no zero-copy mode for sockets"


def cable(net: Namespaces, *, queues: int = 1, offloads: bool = False) -> None:
    """Put `m` between the hosts `a`, 10.0.0.2, and `b`: its interfaces are e0 and e1."""
    net.add("a", "m", "b")
    net.link("m", "e0", "a", "eth0", queues=queues, offloads=offloads)
    net.link("m", "e1", "b", "eth0", queues=queues, offloads=offloads)
    net.ip("a", "addr", "add", "10.0.0.2/24", "dev", "eth0")


def attached(net: Namespaces, interface: str) -> str:
    """Return what `ip` shows of the XDP program of an interface of `m`, nothing if it has none."""
    shown = net.ip("m", "-d", "link", "show", interface).splitlines()
    return " ".join(line.strip() for line in shown if "prog/xdp" in line)


def wait_until_detached(net: Namespaces, interface: str) -> None:
    """Wait until an interface of `m` has no XDP program."""
    end = time.monotonic() + PATIENCE
    while shown := attached(net, interface):
        assert time.monotonic() < end, f"{interface} keeps {shown}"
        time.sleep(0.01)


def attacher(folder: Path) -> Path:
    """Compile the program that attaches XDP programs and leaves them."""
    source, program = Path(__file__).with_name("extra") / "attach.cc", folder / "attach"
    words = ["-std=c++20", "-I", str(ROOT / "runtime" / "src"), str(source), "-lbpf"]
    subprocess.run(["clang++-19", *words, "-o", str(program)], check=True)
    return program
