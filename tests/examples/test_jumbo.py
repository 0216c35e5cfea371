"""Frames of 9,000 bytes: counted and dropped when they need several buffers, whole with JUMBO."""

from __future__ import annotations

import random
from pathlib import Path

from tests.examples.compare import assert_same
from tests.examples.conftest import Ran
from tests.models.forwarder import mirrored

_CONFIG = "FromDPDKDevice(0{}) -> EtherMirror -> ToDPDKDevice(0);\n"
_LONG = 25


def _frames() -> list[bytes]:
    rng = random.Random(9000)
    sizes = [60, 1514, 9000, 64] * _LONG
    return [rng.randbytes(size) for size in sizes]


def _config(directory: Path, arguments: str) -> Path:
    path = directory / "jumbo.click"
    path.write_text(_CONFIG.format(arguments))
    return path


def test_dropped_by_default(ran: Ran, tmp_path: Path) -> None:
    frames = _frames()
    result = ran(_config(tmp_path, ""), {0: frames}, ports=1)
    short = [mirrored(f) for f in frames if len(f) <= 1514]
    assert_same(short, result.sent[0], "what fits in a buffer")
    reasons = {name: n for name, n in numbers(result.stats) if "segment" in name.lower()}
    assert list(reasons.values()) == [_LONG], numbers(result.stats)


def test_whole_with_jumbo(ran: Ran, tmp_path: Path) -> None:
    frames = _frames()
    result = ran(_config(tmp_path, ", JUMBO true"), {0: frames}, ports=1)
    assert_same([mirrored(f) for f in frames], result.sent[0], "all")


def numbers(stats: object, path: str = "") -> list[tuple[str, int]]:
    """Return all whole numbers in a JSON document that are not 0, with the names that lead there."""
    match stats:
        case dict():
            return [n for key, value in stats.items() for n in numbers(value, f"{path}/{key}")]
        case list():
            return [n for i, value in enumerate(stats) for n in numbers(value, f"{path}/{i}")]
        case bool():
            return []
        case int() if stats != 0:
            return [(path, stats)]
        case _:
            return []
