"""A unified difference where a line matches another by more than equality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

CONTEXT = 3
# Lines of the differing middle up to which the smallest difference is looked for, as a product.
_MOST_CELLS = 1_000_000
_MOST_LINES = 200  # shown

# Indices into both sides; None where a line has no partner.
_Step = tuple[int | None, int | None]


def unified(
    wanted: Sequence[str], got: Sequence[str], same: Callable[[int, int], bool]
) -> str | None:
    """Return the difference as `diff -u` shows it, without file names; None when there is none.

    `same(i, j)` says whether `got[j]` is what `wanted[i]` asks for.
    """
    steps = _align(len(wanted), len(got), same)
    if all(i is not None and j is not None for i, j in steps):
        return None
    lines: list[str] = []
    for first, last in _hunks(steps):
        lines += _hunk(steps[first:last], wanted, got)
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"(and {len(lines) - _MOST_LINES} lines more)"]
    return "".join(f"{line}\n" for line in lines)


def _align(n: int, m: int, same: Callable[[int, int], bool]) -> list[_Step]:
    """Pair as many lines as possible, in order."""
    head = 0
    while head < min(n, m) and same(head, head):
        head += 1
    tail = 0
    while tail < min(n, m) - head and same(n - 1 - tail, m - 1 - tail):
        tail += 1
    steps: list[_Step] = [(i, i) for i in range(head)]
    steps += _middle(range(head, n - tail), range(head, m - tail), same)
    steps += [(n - tail + k, m - tail + k) for k in range(tail)]
    return steps


def _middle(left: range, right: range, same: Callable[[int, int], bool]) -> list[_Step]:
    if not left or not right or len(left) * len(right) > _MOST_CELLS:
        return [*((i, None) for i in left), *((None, j) for j in right)]
    equal = [[same(i, j) for j in right] for i in left]
    # longest[a][b]: how many lines of left[a:] and right[b:] can be paired.
    longest = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for a in reversed(range(len(left))):
        row, below, match = longest[a], longest[a + 1], equal[a]
        for b in reversed(range(len(right))):
            row[b] = below[b + 1] + 1 if match[b] else max(below[b], row[b + 1])
    steps: list[_Step] = []
    a = b = 0
    while a < len(left) or b < len(right):
        if a < len(left) and b < len(right) and equal[a][b]:
            steps.append((left[a], right[b]))
            a, b = a + 1, b + 1
        elif b == len(right) or (a < len(left) and longest[a + 1][b] >= longest[a][b + 1]):
            steps.append((left[a], None))
            a += 1
        else:
            steps.append((None, right[b]))
            b += 1
    return steps


def _hunks(steps: Sequence[_Step]) -> Iterator[tuple[int, int]]:
    """Yield ranges of steps: changes with lines around them, joined where they touch."""
    first = last = -1
    for at, (i, j) in enumerate(steps):
        if i is not None and j is not None:
            continue
        if first >= 0 and at - CONTEXT > last:
            yield first, last
            first = -1
        if first < 0:
            first = max(at - CONTEXT, 0)
        last = min(at + 1 + CONTEXT, len(steps))
    if first >= 0:
        yield first, last


def _hunk(steps: Sequence[_Step], wanted: Sequence[str], got: Sequence[str]) -> list[str]:
    left = [i for i, _ in steps if i is not None]
    right = [j for _, j in steps if j is not None]
    lines = [f"@@ -{_range(left)} +{_range(right)} @@"]
    for i, j in steps:
        if j is not None:
            lines.append(f"{'+' if i is None else ' '}{got[j]}")
        elif i is not None:
            lines.append(f"-{wanted[i]}")
    return lines


def _range(indices: Sequence[int]) -> str:
    return f"{indices[0] + 1},{len(indices)}" if indices else "0,0"
