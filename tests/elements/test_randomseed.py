from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap, write_frames

PACKETS = [n.to_bytes(4, "big") for n in range(400)]


def sample(folder: Path, text: str, *, level: int = 3) -> list[bytes]:
    """Return the packets that a FromDump takes by chance, beside the elements of `text`."""
    chain = "FromDump(in.pcap, SAMPLE 0.5, STOP true) -> ToDump(out.pcap);"
    run = run_program(folder, f"{text} {chain}", level=level)
    assert run.returncode == 0, run.stderr
    return [data for _, data in read_pcap(folder / "out.pcap")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_frames(tmp_path / "in.pcap", PACKETS)
    return tmp_path


def c_library(seed: int, count: int) -> list[int]:
    """The first numbers of the C library's random() after srandom(seed)."""
    words = [seed or 1]
    for _ in range(30):
        words.append(16807 * words[-1] % 2147483647)
    words += words[:3]
    for i in range(34, 344 + count):
        words.append((words[i - 31] + words[i - 3]) % 2**32)
    return [word >> 1 for word in words[344:]]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_the_numbers_are_those_of_the_c_library(folder: Path, seed: int, level: int) -> None:
    numbers = c_library(seed, len(PACKETS))
    expected = [p for p, n in zip(PACKETS, numbers, strict=True) if n % 2**28 < 2**27]
    assert sample(folder, f"RandomSeed({seed});", level=level) == expected


def test_known_numbers() -> None:
    assert c_library(1, 3) == [1804289383, 846930886, 1681692777]


def test_every_seed_gives_other_numbers(folder: Path) -> None:
    chosen = [sample(folder, f"RandomSeed(SEED {seed});") for seed in (1, 2, 4294967295)]
    assert chosen[0] != chosen[1] != chosen[2] != chosen[0]
    assert sample(folder, "RandomSeed(4294967295);") == chosen[2]


def test_the_last_seed_counts(folder: Path) -> None:
    assert sample(folder, "RandomSeed(1); RandomSeed(2); RandomSeed;") == sample(
        folder, "RandomSeed(2);"
    )


@pytest.mark.parametrize("text", ["", "RandomSeed;"])
def test_without_a_seed_no_run_is_like_another(folder: Path, text: str) -> None:
    assert sample(folder, text) != sample(folder, text)


@pytest.mark.parametrize("seed", ["4294967296", "-2", "one"])
def test_what_is_no_seed_is_refused(seed: str) -> None:
    assert "SEED: " in refusal(f"RandomSeed({seed});")
