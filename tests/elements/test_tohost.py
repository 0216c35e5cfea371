from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.elements.programs import refusal as refused
from tests.elements.programs import run_program
from tests.net.namespaces import Namespaces, namespaces, needs_namespaces
from tests.net.programs import TWO_WORKERS, compile_text, running, wait_for_interface

HEADER = "ffffffffffff 020000000002 88b5"
# A frame that all hosts take, of an EtherType for experiments.
FRAME = bytes.fromhex(HEADER) + bytes(46)
DATA = rf"\<{HEADER} {'00' * 46}>"


@pytest.fixture
def net() -> Iterator[Namespaces]:
    """A namespace `m` without an interface."""
    with namespaces() as made:
        made.add("m")
        yield made


# --- without root ---------------------------------------------------------------------------------


def test_wrong_arguments() -> None:
    assert "DEVNAME" in refused("InfiniteSource -> ToHost;")
    assert "MTU" in refused("InfiniteSource -> ToHost(t0, MTU 500);")


def test_it_is_pushed_to() -> None:
    assert "PM0502" in refused("InfiniteSource -> Queue -> ToHost(t0);")


@pytest.mark.parametrize("name", ["''", "much-too-long-name", "a b"])
def test_impossible_interfaces(tmp_path: Path, name: str) -> None:
    quoted = f'"{name}"' if " " in name else name
    run = run_program(tmp_path, f"InfiniteSource -> t :: ToHost({quoted});", level=0)
    assert run.returncode == 1
    what, hint = run.stderr.splitlines()
    assert what.startswith("error: t :: ToHost: ")
    assert hint.startswith("  hint: ")


# --- with namespaces ------------------------------------------------------------------------------


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("eal", [(), TWO_WORKERS], ids=["one worker", "two workers"])
def test_the_kernel_receives(net: Namespaces, eal: tuple[str, ...], level: int) -> None:
    """On an interface of its own, where there is no FromHost."""
    text = f"TimedSource(0.01, DATA {DATA}) -> t :: ToHost(fake0);"
    with running(net, "m", compile_text(text, level=level), eal=eal) as run:
        listening = net.record("m", "fake0", 10)
        assert listening.frames() == [FRAME] * 10
    assert run.counters["t.count"] >= 10
    assert run.counters["t.drops"] == run.counters["t.unfit"] == 0
    assert "fake0" not in net.ip("m", "link")


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_what_is_no_frame(net: Namespaces, level: int) -> None:
    """It does not take those with it that come after."""
    text = f"""
    TimedSource(0.01, DATA abc) -> t :: ToHost(fake0);
    InfiniteSource(LENGTH 1600, LIMIT 5) -> t;
    TimedSource(0.01, DATA {DATA}) -> t;
    """
    with running(net, "m", compile_text(text, level=level)) as run:
        listening = net.record("m", "fake0", 10)
        assert listening.frames() == [FRAME] * 10
    assert run.counters["t.unfit"] > 10
    assert run.counters["t.drops"] == 0


@needs_namespaces
def test_an_interface_that_is_down(net: Namespaces) -> None:
    """The kernel takes nothing; when it is up again, it does."""
    text = f"TimedSource(0.01, DATA {DATA}) -> t :: ToHost(fake0);"
    with running(net, "m", compile_text(text, level=0)) as run:
        wait_for_interface(net, "m", "fake0", ",UP")
        net.ip("m", "link", "set", "fake0", "down")
        time.sleep(0.3)
        net.ip("m", "link", "set", "fake0", "up")
        listening = net.record("m", "fake0", 3)
        assert listening.frames() == [FRAME] * 3
    assert run.counters["t.drops"] > 10
    assert run.counters["t.count"] > 3


@needs_namespaces
def test_the_mtu_is_that_of_from_host(net: Namespaces) -> None:
    text = """
    FromHost(fake0, MTU 600) -> Discard;
    InfiniteSource(LENGTH 614, LIMIT 7) -> t :: ToHost(fake0);
    InfiniteSource(LENGTH 615, LIMIT 9) -> t;
    """
    with running(net, "m", compile_text(text, level=0)) as run:
        wait_for_interface(net, "m", "fake0", "mtu 600")
        time.sleep(0.3)
    assert run.counters["t.count"] == 7
    assert run.counters["t.unfit"] == 9
