"""The functions of examples/paper, packet by packet against their models."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.elements.test_workpackage import model as work_of
from tests.examples.compare import assert_same
from tests.examples.conftest import EXAMPLES, Ran, Result, everything
from tests.models.forwarder import mirrored
from tests.models.paper import PaperRouter
from tests.traffic import without_times

PAPER = EXAMPLES / "paper"


def check(ran: Ran, name: str, model: PaperRouter, *args: str) -> Result:
    """Compare what a router sends, in order, with what the model sends."""
    frames = everything(0)
    result = ran(PAPER / f"{name}.click", {0: frames}, "-O3", *args, ports=1)
    wanted = [(sent, frame) for frame in frames for _, sent in model.process(0, frame)]
    assert_same(
        [timeless(sent) for sent, _ in wanted],
        [timeless(sent) for sent in result.sent[0]],
        name,
        [frame for _, frame in wanted],
    )
    counters = {e: x["counters"] for e, x in result.stats["elements"].items()}
    assert counters["local"]["count"] == model.drops["local"] > 0
    assert counters["check"]["drops"] == total(model.drops, "header: ") > 0
    return result


def timeless(frame: bytes) -> bytes:
    """Return a frame, which may have a VLAN tag, without the times in its options."""
    tag = 4 if frame[12:14] == b"\x81\0" else 0
    return frame[12 : 12 + tag] + without_times(frame[:12] + frame[12 + tag :])


def total(drops: Counter[str], prefix: str) -> int:
    return sum(n for reason, n in drops.items() if reason.startswith(prefix))


def test_forwarder(ran: Ran) -> None:
    frames = [frame for frame in everything(0) if len(frame) >= 14]
    result = ran(PAPER / "forwarder.click", {0: frames}, "-O3", ports=1)
    assert_same([mirrored(f) for f in frames], result.sent[0], "forwarder", frames)


@pytest.mark.parametrize("mtu", [1500, 576])
def test_router(ran: Ran, mtu: int) -> None:
    check(ran, "router", PaperRouter(mtu=mtu), f"MTU={mtu}")


def test_router_that_looks_into_packets(ran: Ran) -> None:
    model = PaperRouter(checks=True, vlan=100)
    result = check(ran, "router-ids-vlan", model)
    counters = {e: x["counters"] for e, x in result.stats["elements"].items()}
    for protocol in ("tcp", "udp", "icmp"):
        assert counters[protocol]["drops"] == total(model.drops, f"{protocol}: ") > 0
        for reason in ("bad_length", "fragment", "bad_checksum"):
            assert counters[protocol][reason] == model.drops[f"{protocol}: {reason}"]


def test_router_that_works(ran: Ran) -> None:
    accepted: list[bytes] = []
    result = check(ran, "router-workpackage", PaperRouter(accepted=accepted.append))
    work = result.stats["elements"]["work"]["counters"]
    assert work["count"] == len(accepted) > 1000
    assert work["sum"] == work_of(accepted, s=4, n=5, w=4)
