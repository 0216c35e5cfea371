"""Every run of a program has a file of its own."""

from __future__ import annotations

from pathlib import Path

from pmill.bench import contestants
from pmill.bench import copies as module
from pmill.bench.comparison import interleave
from pmill.bench.contestants import ClickPeer, Contestant, Program
from pmill.bench.copies import copies
from pmill.bench.sample import Sample

SAMPLE = Sample(cycles=1, packets=1, seconds=1, share=1)


def program(folder: Path, name: str) -> Program:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {name}\n")
    path.chmod(0o755)
    return Program(name=name, ports=1, path=path, options=("--stats=json",))


def test_each_run_has_a_copy_of_its_own(tmp_path: Path) -> None:
    two = [program(tmp_path, "a"), program(tmp_path, "b")]
    ran: list[Path] = []

    def run(contestant: Contestant) -> Sample:
        assert isinstance(contestant, Program)
        original = next(each for each in two if each.name == contestant.name)
        assert contestant.path.read_bytes() == original.path.read_bytes()
        assert contestant.path.stat().st_mode == original.path.stat().st_mode
        assert contestant.options == original.options
        ran.append(contestant.path)
        return SAMPLE

    interleave(two, 3, "no-huge", run, lambda _: None)
    assert len(set(ran)) == len(ran) == 6
    assert not {each.path for each in two} & set(ran)
    assert not any(path.exists() for path in ran)
    assert all(each.path.exists() for each in two)


def test_pages_of_a_copy_are_not_those_of_the_one_before(tmp_path: Path) -> None:
    one = program(tmp_path, "a")
    with copies() as fresh:
        made = [fresh.fresh(one) for _ in range(module._KEPT + 3)]
        there = [isinstance(each, Program) and each.path.exists() for each in made]
    assert there == [False] * 3 + [True] * module._KEPT


def test_who_is_not_copied(tmp_path: Path) -> None:
    """A peer may look for its parts beside itself, and what is not there cannot be copied."""
    peer = ClickPeer(name="peer", ports=1, path=program(tmp_path, "click").path, words=())
    missing = contestants.Testpmd(path=tmp_path / "dpdk-testpmd")
    with copies() as fresh:
        assert fresh.fresh(peer) is peer
        assert fresh.fresh(missing) is missing
