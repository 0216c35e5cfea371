"""A router between two hosts, with all that its kernel neighbours expect of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary
from tests.net.namespaces import Namespaces
from tests.net.programs import (
    ONE_WORKER,
    TWO_WORKERS,
    compile_text,
    running,
    wait_until_answered,
)
from tests.net.transfer import fetch

CONFIG = Path(__file__).with_name("router.click").read_text()

pytestmark = [
    pytest.mark.skipif(
        ElementLibrary.load([], Diagnostics()).get("ARPQuerier") is None,
        reason="the router needs ARPQuerier",
    ),
    pytest.mark.parametrize("eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"]),
]


@pytest.fixture
def hosts(between: Namespaces) -> Namespaces:
    between.ip("b", "addr", "add", "10.0.1.2/24", "dev", "eth0")
    between.ip("a", "route", "add", "default", "via", "10.0.0.1")
    between.ip("b", "route", "add", "default", "via", "10.0.1.1")
    return between


def router(net: Namespaces) -> Path:
    variables = {
        "IF0": "e0",
        "MAC0": net.mac("m", "e0"),
        "IF1": "e1",
        "MAC1": net.mac("m", "e1"),
    }
    # The addresses are others in every run, but not the program's speed.
    return compile_text(CONFIG, variables, level=1)


def test_hosts_find_each_other(hosts: Namespaces, eal: tuple[str, ...]) -> None:
    with running(hosts, "m", router(hosts), eal=eal):
        wait_until_answered(hosts, "a", "10.0.1.2")
        assert hosts.probe("a", "ping", "10.0.1.2", 20, 56) == "20"
        assert hosts.probe("b", "ping", "10.0.0.2", 20, 1400) == "20"
        # Fragments of the sender, and the router's own addresses.
        assert hosts.probe("b", "ping", "10.0.0.2", 3, 4000) == "3"
        assert hosts.probe("a", "ping", "10.0.0.1", 3, 56) == "3"
        assert hosts.probe("a", "ping", "10.0.1.1", 3, 56) == "3"


def test_routers_are_seen_on_the_way(hosts: Namespaces, eal: tuple[str, ...]) -> None:
    with running(hosts, "m", router(hosts), eal=eal):
        wait_until_answered(hosts, "a", "10.0.1.2")
        assert hosts.probe("a", "trace", "10.0.1.2") == "10.0.0.1 10.0.1.2"
        assert hosts.probe("b", "trace", "10.0.0.2") == "10.0.1.1 10.0.0.2"


def test_files_pass_unchanged(hosts: Namespaces, tmp_path: Path, eal: tuple[str, ...]) -> None:
    with running(hosts, "m", router(hosts), eal=eal):
        wait_until_answered(hosts, "a", "10.0.1.2")
        fetch(hosts, "a", "b", "10.0.1.2", tmp_path)
        fetch(hosts, "b", "a", "10.0.0.2", tmp_path)
