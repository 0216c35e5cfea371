from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal

DATA = b"Hello, world!\x00\x7f\xff" + bytes(range(48))


CASES = {
    "": "  64 | 48656c6c 6f2c2077 6f726c64 21007fff 00010203 04050607",
    "ok": "ok:   64 | 48656c6c 6f2c2077 6f726c64 21007fff 00010203 04050607",
    '"a b", 5': "a b:   64 | 48656c6c 6f",
    "MAXLENGTH 20, CONTENTS ascii": "  64 |  Hello, w orld!... ....",
    "x, CONTENTS NONE": "x:   64",
    "x, CONTENTS false, CPU true": "x(0):   64",
    "x, NBYTES 4, TIMESTAMP true": "x: 1163525187.094216:   64 | 48656c6c",
    "x, 4, PRINTANNO true": "x:   64 | " + "00" * 48 + " | 48656c6c",
    "x, 0": "x:   64",
    "never, ACTIVE false": None,
}


@pytest.mark.parametrize("level", [0, 3])
def test_format(run_element: RunElement, level: int) -> None:
    chain = " -> ".join(f"Print({arguments})" for arguments in CASES)
    packets = [(1163525187094216789, DATA)]
    result = run_element("Null", packets, before=chain, level=level)
    printed = [line for line in result.stderr.splitlines() if "64" in line]
    assert printed == [line for line in CASES.values() if line is not None]
    assert result.out[0] == [DATA]


def test_all_bytes_and_annotations(run_element: RunElement) -> None:
    result = run_element("Print(x, -1, PRINTANNO true)", [DATA], before="Paint(171)")
    annotations = "00" * 17 + "ab" + "00" * 30
    data = DATA.hex()
    groups = " ".join(data[n : n + 8] for n in range(0, len(data), 8))
    assert f"x:   64 | {annotations} | {groups}" in result.stderr.splitlines()


def test_headroom(run_element: RunElement) -> None:
    result = run_element("Print(x, CONTENTS none, HEADROOM true)", [DATA], before="Strip(14)")
    assert "x:   50 (h142 t" in result.stderr


def test_empty_packets(run_element: RunElement) -> None:
    assert "x:    0\n" in run_element("Print(x)", [b""]).stderr


def test_unknown_contents() -> None:
    assert "PM0443" in refusal("Idle -> Print(x, CONTENTS octal) -> Discard;")
