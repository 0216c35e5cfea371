"""The forwarder, the firewall and the capture sorter, packet by packet against their models."""

from __future__ import annotations

from tests.examples.compare import assert_same
from tests.examples.conftest import EXAMPLES, Ran, everything
from tests.models.capture import sort_packets
from tests.models.firewall import INSIDE, OUTSIDE, Firewall
from tests.models.forwarder import mirrored

_START_NS = 1_600_000_000_123_456_000


def test_forwarder(ran: Ran) -> None:
    # A frame without a whole Ethernet header has no addresses that could change places.
    frames = [frame for frame in everything(0) if len(frame) >= 14]
    result = ran(EXAMPLES / "forwarder.click", {0: frames}, "-O3", ports=1)
    assert_same([mirrored(f) for f in frames], result.sent[0], "forwarder", frames)


def test_firewall(ran: Ran) -> None:
    firewall = Firewall()
    inputs = {OUTSIDE: everything(0), INSIDE: everything(1)}
    result = ran(EXAMPLES / "firewall-lite.click", inputs, "-O3")
    for port, frames in inputs.items():
        sent = [(out, frame) for f in frames for out, frame in firewall.process(port, f)]
        assert {out for out, _ in sent} == {1 - port}
        assert_same([f for _, f in sent], result.sent[1 - port], f"firewall port {1 - port}")
    assert min(firewall.counts[rule] for rule in ("http", "https", "dns", "arp", "refused")) > 0


def test_capture(sorted_captures) -> None:
    packets = [(_START_NS + 1_001_000 * i, f) for i, f in enumerate(everything(0))]
    good, rest, _ = sorted_captures(packets, "-O3")
    wanted_good, wanted_rest = sort_packets(packets)
    assert_same([f for _, f in wanted_good], [f for _, f in good], "what is IPv4 and whole")
    assert_same([f for _, f in wanted_rest], [f for _, f in rest], "the rest")
    assert [t for t, _ in good] == [t for t, _ in wanted_good]
    assert [t for t, _ in rest] == [t for t, _ in wanted_rest]
