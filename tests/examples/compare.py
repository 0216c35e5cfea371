"""Says where two sequences of frames differ, so that a person can see why."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

_LOOK_AHEAD = 40
_SHOWN = 5


def assert_same(
    wanted: Sequence[bytes],
    found: Sequence[bytes],
    what: str,
    causes: Sequence[bytes] | None = None,
) -> None:
    """Fail with the first differences; `causes[i]` is the frame because of which wanted[i] is."""
    if list(wanted) == list(found):
        return
    differences = list(_differences(wanted, found))
    lines = [f"{what}: {len(wanted)} frames wanted, {len(found)} found, they differ at:"]
    for i, j, kind in differences[:_SHOWN]:
        lines.append(f"* wanted #{i}, found #{j}: {kind}")
        if causes is not None and kind != "surplus":
            lines.append(f"    because of {_hex(causes[i])}")
        if kind != "surplus":
            lines.append(f"    wanted {_hex(wanted[i])}")
        if kind != "missing":
            lines.append(f"    found  {_hex(found[j])}")
        if kind == "changed":
            lines.append(f"    {_changed_bytes(wanted[i], found[j])}")
    if len(differences) > _SHOWN:
        lines.append(f"  and {len(differences) - _SHOWN} more")
    pytest.fail("\n".join(lines), pytrace=False)


def _differences(wanted: Sequence[bytes], found: Sequence[bytes]) -> list[tuple[int, int, str]]:
    """Walk both sequences; after a difference, go on where they next agree."""
    result = []
    i = j = 0
    while i < len(wanted) or j < len(found):
        if i == len(wanted):
            result.append((i, j, "surplus"))
            j += 1
        elif j == len(found):
            result.append((i, j, "missing"))
            i += 1
        elif wanted[i] == found[j]:
            i, j = i + 1, j + 1
        else:
            lost, added = _steps_to_agreement(wanted[i:], found[j:])
            changed = min(lost, added)
            result += [(i + k, j + k, "changed") for k in range(changed)]
            result += [(i + k, j + changed, "missing") for k in range(changed, lost)]
            result += [(i + changed, j + k, "surplus") for k in range(changed, added)]
            i, j = i + lost, j + added
    return result


def _steps_to_agreement(a: Sequence[bytes], b: Sequence[bytes]) -> tuple[int, int]:
    for distance in range(1, 2 * _LOOK_AHEAD):
        for x in sorted(range(distance + 1), key=lambda x: abs(2 * x - distance)):
            y = distance - x
            if x < len(a) and y < len(b) and a[x] == b[y]:
                return x, y
    return 1, 1


def _changed_bytes(a: bytes, b: bytes) -> str:
    at = [i for i in range(min(len(a), len(b))) if a[i] != b[i]]
    return f"bytes {at[:20]}{'...' if len(at) > 20 else ''} differ, lengths {len(a)} and {len(b)}"


def _hex(frame: bytes) -> str:
    text = " ".join(
        part.hex() for part in (frame[:14], frame[14:34], frame[34:42], frame[42:100]) if part
    )
    return f"({len(frame)} bytes) {text}"
