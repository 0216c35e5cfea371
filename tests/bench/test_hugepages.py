"""Which hugepages are reserved, round by round."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.bench import contestants, hugepages
from pmill.bench.comparison import interleave
from pmill.bench.sample import Sample
from pmill.bench.settings import Memory
from pmill.diagnostics import DiagnosticError

BEFORE = 3


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kernel that has pages; all numbers that were asked for."""
    asked: list[int] = []

    class Folder:
        """What /sys has of hugepages."""

        def __truediv__(self, name: str) -> Folder:
            return self

        def read_text(self) -> str:
            return f"{min([BEFORE, *asked][-1], MOST)}\n"

        def write_text(self, text: str) -> None:
            asked.append(int(text))

    monkeypatch.setattr(hugepages, "_SYSFS", Folder())
    return asked


MOST = 200


def test_pages_are_given_back(kernel: list[int]) -> None:
    with hugepages.reserved(72):
        assert kernel == [BEFORE + 72]
    assert kernel[-1] == BEFORE


def test_other_pages_take_their_place(kernel: list[int]) -> None:
    with hugepages.reserved(72):
        hugepages.renew()
        none, more, again = kernel[1:]
    assert (none, again) == (BEFORE, BEFORE + 72)
    assert more >= BEFORE + 72
    assert kernel[-1] == BEFORE


def test_pages_of_others_are_left_alone(kernel: list[int]) -> None:
    hugepages.renew()
    with hugepages.reserved(0):
        hugepages.renew()
    assert not kernel


def test_pages_that_are_not_there(kernel: list[int]) -> None:
    with pytest.raises(DiagnosticError, match="PM0901"), hugepages.reserved(MOST):
        pytest.fail("the kernel has not got so many")
    assert kernel[-1] == BEFORE


@pytest.mark.parametrize(("memory", "times"), [("huge", 5), ("no-huge", 0)])
def test_every_round_has_others(
    memory: Memory, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[None] = []
    monkeypatch.setattr(hugepages, "renew", lambda: renewed.append(None))
    sample = Sample(cycles=1, packets=1, seconds=1, share=1)
    two = [contestants.Testpmd(), contestants.Testpmd(name="testpmd io", mode="io")]
    interleave(two, 5, memory, lambda _: sample, lambda _: None)
    assert len(renewed) == times
