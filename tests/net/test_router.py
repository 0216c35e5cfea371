"""A router between two hosts, with all that its kernel neighbours expect of one."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.net.transfer import fetch

# Through FromDevice and ToDevice, and through ports that the command line makes.
CONFIGS = {
    "interfaces": Path(__file__).with_name("router.click"),
    "ports": ROOT / "examples" / "router.click",
}
PORTS = ("--vdev", "net_af_packet0,iface=e0", "--vdev", "net_af_packet1,iface=e1")

pytestmark = [
    pytest.mark.parametrize("which", CONFIGS),
    pytest.mark.parametrize("eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"]),
]


@pytest.fixture
def hosts(between: Namespaces) -> Namespaces:
    between.ip("b", "addr", "add", "10.0.1.2/24", "dev", "eth0")
    between.ip("a", "route", "add", "default", "via", "10.0.0.1")
    between.ip("b", "route", "add", "default", "via", "10.0.1.1")
    return between


@pytest.fixture
def routing(hosts: Namespaces, which: str, eal: tuple[str, ...]) -> Iterator[Namespaces]:
    """The hosts, and the router running between them."""
    variables = {"MAC0": hosts.mac("m", "e0"), "MAC1": hosts.mac("m", "e1")}
    if which == "interfaces":
        variables |= {"IF0": "e0", "IF1": "e1"}
    else:
        eal = (*eal, *PORTS)
    # The addresses are others in every run, but not the program's speed.
    program = compile_text(CONFIGS[which].read_text(), variables, level=1)
    with running(hosts, "m", program, eal=eal):
        wait_until_answered(hosts, "a", "10.0.1.2")
        yield hosts


def test_hosts_find_each_other(routing: Namespaces) -> None:
    assert routing.probe("a", "ping", "10.0.1.2", 20, 56) == "20"
    assert routing.probe("b", "ping", "10.0.0.2", 20, 1400) == "20"
    # Fragments of the sender, and the router's own addresses.
    assert routing.probe("b", "ping", "10.0.0.2", 3, 4000) == "3"
    assert routing.probe("a", "ping", "10.0.0.1", 3, 56) == "3"
    assert routing.probe("a", "ping", "10.0.1.1", 3, 56) == "3"


def test_routers_are_seen_on_the_way(routing: Namespaces) -> None:
    assert routing.probe("a", "trace", "10.0.1.2") == "10.0.0.1 10.0.1.2"
    assert routing.probe("b", "trace", "10.0.0.2") == "10.0.1.1 10.0.0.2"


def test_files_pass_unchanged(routing: Namespaces, tmp_path: Path) -> None:
    fetch(routing, "a", "b", "10.0.1.2", tmp_path)
    fetch(routing, "b", "a", "10.0.0.2", tmp_path)
