"""What is said to be known of a packet is true of it, whatever happens to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmill.graph.deciding import outcomes, read_step, rest, step_word
from pmill.graph.facts import ANYTHING, Base, Check, Facts
from pmill.match.byte_program import NEVER, Step
from tests.graph.packets import Packet, untrue

# Few values and places, so that tests meet each other; many frames are nearly IP.
BYTES = st.sampled_from((0x45, 0x46, 0x08, 0x00, 0x06, 0x11))
FRAME = st.lists(BYTES, max_size=48).map(bytes)
PLACES = st.sampled_from((0, 4, 8, 12, 20))
MASKS = st.sampled_from((0xFFFFFFFF, 0xFF000000, 0x0F000000, 0x00FF0000, 0xFFFF0000, 0x000000FF))
COUNTS = st.sampled_from((0, 1, 2, 4, 6, 12, 14, 20))


@st.composite
def ip_frames(draw: st.DrawFn) -> bytes:
    """Draw a frame with a sound IPv4 header at 0 or at 14, and perhaps more than it says."""
    at = draw(st.sampled_from((0, 14)))
    words = draw(st.integers(5, 7))
    content = draw(st.lists(BYTES, max_size=12).map(bytes))
    options = draw(st.lists(BYTES, min_size=4 * words - 20, max_size=4 * words - 20).map(bytes))
    total = 4 * words + len(content)
    header = bytes([0x40 | words, 0]) + total.to_bytes(2, "big") + b"\0\0\0\0\x06"
    header += draw(st.sampled_from((b"\x06", b"\x11"))) + b"\0\0" + bytes(8)
    packet = Packet.of(b"\x08\x00" * (at // 2) + header + options + content + draw(FRAME)[:6])
    packet.repair(packet.data + at)
    return bytes(packet.buffer[packet.data : packet.end])


@st.composite
def programs(draw: st.DrawFn, headers: bool) -> tuple[Step, ...]:
    count = draw(st.integers(1, 6))
    steps = []
    for n in range(count):
        jumps = st.sampled_from((0, -1, -2, NEVER, *range(n + 1, count)))
        offset = draw(PLACES) + (256 * draw(st.integers(0, 2)) if headers else 0)
        mask = draw(MASKS | st.just(0))
        value = int.from_bytes(bytes(draw(BYTES) for _ in range(4)), "big") & mask
        value = value or (draw(st.integers(0, 4)) if not mask else 0)
        steps.append(Step(offset=offset, mask=mask, value=value, yes=draw(jumps), no=draw(jumps)))
    return tuple(steps)


def happen(packet: Packet, facts: Facts, data: st.DataObject) -> Facts | None:
    """Let something happen to a packet, and to what is known of it; None: it is gone."""
    kinds = (
        "program",
        "strip",
        "unstrip",
        "put",
        "edit",
        "header",
        "payload",
        "cut",
        "front",
        "check",
        "mark",
    )
    kind = data.draw(st.sampled_from(kinds))
    count = data.draw(COUNTS)
    match kind:
        case "program":
            headers = data.draw(st.booleans())
            program = data.draw(programs(headers))
            jump = packet.run(program, headers)
            found = outcomes(program, facts, headers=headers)
            assert jump in found, "a way that a packet takes"
            shorter = rest(program, facts, headers=headers)
            assert len(shorter) <= len(program)
            assert packet.run(shorter, headers) == jump
            assert rest(shorter, facts, headers=headers) == shorter
            return found[jump]
        case "strip":
            packet.data = min(packet.data + count, packet.end)
            return facts.stripped(count)
        case "unstrip" | "put":
            if packet.data < count:
                return None
            packet.data -= count
            if kind == "unstrip":
                return facts.unstripped(count)
            packet.buffer[packet.data : packet.data + count] = bytes(
                data.draw(BYTES) for _ in range(count)
            )
            return facts.put(count)
        case "edit":
            high = min(packet.data + count + 4, packet.end)
            low = min(packet.data + count, high)
            packet.buffer[low:high] = bytes(data.draw(BYTES) for _ in range(high - low))
            return facts.edited(count, count + 4)
        case "header":
            start = packet.start(Base.NETWORK)
            if start is None or not packet.has(Base.NETWORK, 20):
                return None
            sound = packet.sum(start) == 0xFFFF
            packet.buffer[start + 8] = data.draw(BYTES)
            if sound:
                packet.repair(start)
            return facts.edited_header(8, 9).edited_header(10, 12)
        case "payload":
            start = packet.start(Base.NETWORK)
            if start is None or not packet.has(Base.NETWORK, 20):
                return None
            header = 4 * (packet.buffer[start] & 15)
            if header < 20:
                return None
            low = min(start + header + count, packet.end)
            high = min(low + 4, packet.end)
            packet.buffer[low:high] = bytes(data.draw(BYTES) for _ in range(high - low))
            return facts.edited_payload()
        case "cut":
            packet.end = max(packet.data, packet.end - count)
            return facts.cut()
        case "front":
            packet.buffer[: packet.data] = bytes(packet.data)
            return facts.without_front()
        case "check":
            check = Check(at=data.draw(st.sampled_from((0, 2, 14))), sums=data.draw(st.booleans()))
            if not packet.passes(check):
                return None
            at = packet.data + check.at
            packet.marks[Base.NETWORK] = at
            packet.marks[Base.TRANSPORT] = at + 4 * (packet.buffer[at] & 15)
            packet.end = at + int.from_bytes(packet.buffer[at + 2 : at + 4], "big")
            bare = facts.cut().unmarked(Base.NETWORK).unmarked(Base.TRANSPORT)
            return bare.checked(check)
        case _:
            at = packet.data + count
            bare = facts.unmarked(Base.NETWORK).unmarked(Base.TRANSPORT)
            if at >= packet.end:
                packet.marks.pop(Base.NETWORK, None)
                packet.marks.pop(Base.TRANSPORT, None)
                return bare
            packet.marks[Base.NETWORK] = at
            packet.marks[Base.TRANSPORT] = at + 4 * (packet.buffer[at] & 15)
            known = facts.length(Base.DATA) > count
            return bare.with_header(count) if known else bare


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(content=FRAME | ip_frames(), data=st.data())
def test_what_is_known_is_true(content: bytes, data: st.DataObject) -> None:
    packet, facts = Packet.of(content), Facts()
    for _ in range(data.draw(st.integers(1, 7))):
        after = happen(packet, facts, data)
        if after is None:
            return
        facts = after
        assert untrue(facts, packet) == []


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(contents=st.tuples(FRAME | ip_frames(), FRAME | ip_frames()), data=st.data())
def test_what_two_ways_know_is_true_of_both(
    contents: tuple[bytes, bytes], data: st.DataObject
) -> None:
    packets = [Packet.of(content) for content in contents]
    known = []
    for packet in packets:
        facts: Facts | None = Facts()
        for _ in range(data.draw(st.integers(1, 5))):
            facts = happen(packet, facts, data)
            if facts is None:
                return
        known.append(facts)
    common = known[0].common(known[1])
    assert common.common(known[0]) == common
    for packet in packets:
        assert untrue(common, packet) == []


def test_a_wrong_fact_is_seen() -> None:
    packet = Packet.of(b"\x45" + bytes(9))
    for facts in (
        Facts(octets={(Base.DATA, 0): 1}),
        Facts(lengths={Base.DATA: 11}),
        Facts(headers={Base.NETWORK: 0}),
        Facts(failed=frozenset([(Base.DATA, 0, 0xFF000000, 0x45000000)])),
        Facts(checks=frozenset([Check(at=0, sums=False)])),
        Facts(marked=True),
        Facts(room=1000),
    ):
        assert len(untrue(facts, packet)) == 1
    assert untrue(Facts(octets={(Base.DATA, 0): ANYTHING}), packet) == []


PROTOCOL = Step(offset=264, mask=0x00FF0000, value=0x00060000, yes=0, no=-1)


def answers(facts: Facts, *steps: Step) -> Sequence[Step]:
    return rest(steps, facts, headers=True)


def test_a_checked_header_answers() -> None:
    facts = Facts().checked(Check(at=0, sums=True))
    version = Step(offset=256, mask=0xF0000000, value=0x40000000, yes=0, no=-1)
    assert answers(facts, version)[0].yes == 0
    assert answers(facts, version)[0].always
    there = Step(offset=272, mask=0, value=4, yes=-2, no=-3)
    assert answers(facts, there)[0].yes == -2
    assert answers(facts, PROTOCOL) == (PROTOCOL,)
    # Its length is known, so a protocol that is not TCP is any of the others.
    without = outcomes((PROTOCOL,), facts, headers=True)[-1]
    assert without.octet(Base.NETWORK, 9) == ANYTHING & ~(1 << 6)


def test_missing_bytes_are_no_answer() -> None:
    step = Step(offset=0, mask=0xFF000000, value=0x08000000, yes=0, no=-1)
    known = outcomes((step,), Facts(), headers=False)
    assert known[-1].octet(Base.DATA, 0) == ANYTHING
    assert rest((step,), known[-1], headers=False)[0].yes == -1
    assert rest((step,), known[0].cut(), headers=False) == (step,)
    assert rest((step,), known[0], headers=False)[0].yes == 0


@pytest.mark.parametrize(
    "step",
    [
        PROTOCOL,
        Step(offset=12, mask=0xFFFF0000, value=0x08000000, yes=3, no=NEVER),
        Step(offset=0, mask=0, value=0, yes=0, no=0),
    ],
)
def test_steps_are_written_as_words(step: Step) -> None:
    assert read_step(step_word(step)) == step


@pytest.mark.parametrize(
    "word", ["", "12/08?[0]:1", "12/08000000%ffff0000?[0]", "x/00000000%00000000?1:2"]
)
def test_other_words_are_no_steps(word: str) -> None:
    assert read_step(word) is None
