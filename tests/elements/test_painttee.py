from __future__ import annotations

from pathlib import Path

import pytest

from tests.control.programs import ask
from tests.elements.conftest import RunElement
from tests.elements.programs import run_program

PACKETS = [b"\x01" * 60, b"\x02" * 60, b"\x03" * 61]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(("paint", "copies"), [(1, PACKETS), (2, [])])
def test_packets_of_the_paint_are_copied(
    run_element: RunElement, paint: int, copies: list[bytes], level: int
) -> None:
    result = run_element("PaintTee(1)", PACKETS, before=f"Paint({paint})", outputs=2, level=level)
    assert result.out == {0: PACKETS, 1: copies}


@pytest.mark.parametrize("level", [0, 3])
def test_any_annotation(run_element: RunElement, level: int) -> None:
    result = run_element(
        "PaintTee(7, 20)", PACKETS, before="Paint(7, 20) -> Paint(1)", outputs=2, level=level
    )
    assert result.out == {0: PACKETS, 1: PACKETS}


def test_paint_that_packets_have_of_their_own(run_element: RunElement) -> None:
    """Nothing is known beforehand: the first byte chooses the paint."""
    result = run_element(
        "PaintTee(1)",
        PACKETS,
        before="c :: Classifier(0/01, -) -> Paint(1) -> n :: Null; c[1] -> Paint(2) -> n; n",
        outputs=2,
    )
    assert result.out == {0: PACKETS, 1: PACKETS[:1]}


@pytest.mark.parametrize("level", [0, 3])
def test_a_copy_comes_before_its_original(tmp_path: Path, level: int) -> None:
    text = (
        "InfiniteSource(DATA x, LIMIT 2, STOP true) -> Paint(1) -> p :: PaintTee(1);"
        "p[0] -> Print(original) -> Discard; p[1] -> Print(copy) -> Discard;"
    )
    lines = run_program(tmp_path, text, level=level).stderr.splitlines()
    names = [line.split(":")[0] for line in lines if line.startswith(("original", "copy"))]
    assert names == ["copy", "original"] * 2


def test_a_copy_keeps_its_bytes_when_the_original_changes(run_element: RunElement) -> None:
    result = run_element("PaintTee(1)", PACKETS, before="Paint(1) -> EtherMirror", outputs=2)
    assert result.out[0] == result.out[1]


@pytest.mark.parametrize("level", [0, 3])
def test_the_color_is_written(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 3) -> p :: PaintTee(1) -> Discard; p[1] -> c :: Counter -> Discard;"
    )
    asked = ("-h", "p.color", "-h", "c.count")
    assert ask(text, *asked, level=level, keep=["p.color"]).stdout.split()[1::2] == ["1", "0"]
    done = ask(text, "--write", "p.color 0", *asked, level=level, keep=["p.color"])
    assert done.stdout.split()[1::2] == ["0", "3"]
