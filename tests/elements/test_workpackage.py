"""WorkPackage, against a model: what its accesses found is a sum that repeats."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest

from tests.conftest import run_pmill
from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, run_program
from tests.traffic import write_frames

_MASK = 0xFFFFFFFF


class Twister:
    """MT19937 with the seeds of C++'s std::mt19937."""

    def __init__(self, seed: int) -> None:
        words = [seed]
        for i in range(1, 624):
            words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + i) & _MASK)
        self._random = random.Random()
        self._random.setstate((3, (*words, 624), None))

    def next(self) -> int:
        return self._random.getrandbits(32)


def model(
    packets: list[bytes], *, s: float = 0, n: int = 0, r: int = 0, payload: bool = False, w: int = 0
) -> int:
    """Return the sum that all packets make."""
    filling, twister = Twister(1), Twister(5489)
    array = [filling.next() for _ in range(max(int(s * (1 << 18)), 16))]
    total = 0
    for number, packet in enumerate(packets, start=1):
        at = number * 0x9E3779B1 & _MASK
        for _ in range(w):
            at ^= twister.next()
        for _ in range(n):
            size = len(packet) if payload else min(len(packet), 54)
            if ((at << 16 & _MASK) * 100 >> 32) < r and size >= 4:
                place = at * (size - 3) >> 32
                (word,) = struct.unpack_from("<I", packet, place)
            else:
                word = array[at * len(array) >> 32]
            at = word ^ (at << 24 ^ at << 16 ^ at << 8) & _MASK ^ at >> 16
        total += at
    return total


def packets(count: int = 300) -> list[bytes]:
    rng = random.Random(4)
    sizes = [0, 1, 3, 4, 5, 53, 54, 55, 57, 58, 60, 1500]
    return [rng.randbytes(rng.choice(sizes)) for _ in range(count)]


def test_the_model_knows_the_twister() -> None:
    twister = Twister(5489)
    for _ in range(9999):
        twister.next()
    assert twister.next() == 4123659995  # as the standard of C++ says


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ("", {}),
        ("N 5", {"n": 5}),
        ("S 0.25, N 3, W 4", {"s": 0.25, "n": 3, "w": 4}),
        ("S 1, N 7, R 50", {"s": 1, "n": 7, "r": 50}),
        ("N 4, R 100, PAYLOAD true, W 700", {"n": 4, "r": 100, "payload": True, "w": 700}),
        ("W 1", {"w": 1}),
        ("W 7, N 1", {"w": 7, "n": 1}),  # numbers of two blocks, and of two states
    ],
)
def test_the_work_is_done(
    run_element: RunElement, arguments: str, values: dict, level: int
) -> None:
    sent = packets()
    result = run_element(f"WorkPackage({arguments})", sent, level=level)
    assert result.out[0] == sent
    assert result.counters["e.count"] == len(sent)
    assert result.counters["e.sum"] == model(sent, **values)


@pytest.mark.parametrize("number", [1, 31, 32, 33, 300])
@pytest.mark.parametrize(
    ("arguments", "values", "waits"),
    [
        ("S 1, N 1", {"s": 1, "n": 1}, True),
        ("S 1, N 5, W 4", {"s": 1, "n": 5, "w": 4}, True),
        ("S 1.5, N 80, W 700", {"s": 1.5, "n": 80, "w": 700}, True),
        ("S 1, N 3, R 50, W 1", {"s": 1, "n": 3, "r": 50, "w": 1}, True),
        ("S 0.5, N 3, W 1", {"s": 0.5, "n": 3, "w": 1}, False),
    ],
)
def test_the_work_of_packets_that_wait(
    tmp_path: Path, arguments: str, values: dict, waits: bool, number: int
) -> None:
    """They come by bursts, on two inputs; the rest of the last burst waits alone."""
    sent = [frame for frame in packets(3 * number) if len(frame) >= 14][:number]
    write_frames(tmp_path / "in.pcap", sent)
    config = tmp_path / "c.click"
    config.write_text(
        "FromDPDKDevice(0, PROMISC true) -> c :: Classifier(0/00%80, -)"
        f" -> [0] w :: WorkPackage({arguments}) -> Discard; c[1] -> [1] w; w[1] -> Discard;"
    )
    told = run_pmill("explain", config).stdout
    assert ("packets wait for their burst before 1 lookup, on 2" in told) == waits
    done = run_pmill("run", config, "--pcap", f"0={tmp_path}/in.pcap", "--stats=json")
    counters = json.loads(done.stdout)["elements"]["w"]["counters"]
    assert counters == {"count": number, "sum": model(sent, **values)}


def test_equal_packets_walk_different_chains(run_element: RunElement) -> None:
    one, two = (
        run_element("WorkPackage(S 1, N 3)", [b"x" * 60] * n).counters["e.sum"] for n in (1, 2)
    )
    assert two - one != one


@pytest.mark.parametrize("level", [0, 3])
def test_a_packet_leaves_where_it_came(tmp_path: Path, level: int) -> None:
    text = (
        "s :: InfiniteSource(DATA abc, LIMIT 5, STOP true) -> [0] w :: WorkPackage(N 1, W 1);"
        "InfiniteSource(DATA abcd, LIMIT 3) -> [1] w;"
        "w[0] -> a :: Counter -> Discard; w[1] -> b :: Counter -> Discard;"
    )
    run = run_program(tmp_path, text, level=level)
    assert (run.counters["a.count"], run.counters["a.byte_count"]) == (5, 15)
    assert (run.counters["b.count"], run.counters["b.byte_count"]) == (3, 12)
    assert run.counters["w.count"] == 8


def test_messages() -> None:
    for arguments in ("R 101", "S -1", "S 16385", "N -1"):
        assert arguments.split()[1] in refusal(f"Idle -> WorkPackage({arguments}) -> Discard;")
    assert "PM0" in refusal("Idle -> [0] w :: WorkPackage; Idle -> [1] w; w[0] -> Discard;")
