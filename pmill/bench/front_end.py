"""Measures how long `pmill check` takes for generated configurations of 1,000 to 16,000 statements.

They are made of lanes of ten statements: definitions of compounds, declarations, connections of
all sorts, comments between. Start-up counts for the first limit, and does not for the curve: a
statement costs what it adds to an empty configuration.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pmill.diagnostics import fail
from pmill.progress import steps

SIZES: Final = (1_000, 2_000, 4_000, 8_000, 16_000)
_LIMIT_AT: Final = 4_000
_LIMIT_SECONDS: Final = 1.5
_LIMIT_GROWTH: Final = 1.5  # of the time a statement takes, between the first size and the last
_LANE: Final = """\
// lane {n}: what comes in is sorted, counted and thrown away
elementclass Count{n} {{ $offset | input -> Strip($offset) -> c :: Counter -> [0] output }}
source{n} :: InfiniteSource(LIMIT {n}, BURST 32);
sort{n} :: Classifier(12/0800, 12/0806 20/0001, -);  // IP, requests of ARP, others
queue{n} :: Queue({n});
source{n} -> sort{n} -> Count{n}(14) -> queue{n} -> Unqueue -> Discard;
sort{n} [1] -> tee{n} :: Tee => (input [0] -> Paint({colour}) -> output), Null -> Discard;
sort{n} [2] -> {{ input -> Null -> output }} -> null{n} :: Null;
null{n} -> Discard;
define($size{n} 100);
ignore{n} :: Idle;  /* a name for nothing */
ignore{n} -> Truncate($size{n}) -> Discard;
"""
_STATEMENTS: Final = 11  # of a lane, not counting those of compounds


def run(rounds: int, folder: Path) -> int:
    """Print the curve; 1 when a limit is missed."""
    files = {size: folder / f"{size}.click" for size in (0, *SIZES)}
    for size, file in files.items():
        file.write_text(configuration(size))
    show = steps()
    seconds: dict[int, list[float]] = {size: [] for size in files}
    for number in range(rounds):
        show(f"round {number + 1} of {rounds}")
        for size, file in files.items():
            seconds[size].append(_check(file))
    show("")
    return _report({size: statistics.median(found) for size, found in seconds.items()})


def configuration(statements: int) -> str:
    """Return a configuration of about so many statements, at least one."""
    return "".join(_lanes(statements)) or "Idle -> Discard;\n"


def _lanes(statements: int) -> Iterator[str]:
    for n in range(statements // _STATEMENTS):
        yield _LANE.format(n=n, colour=n % 250)


def _check(file: Path) -> float:
    begin = time.perf_counter()
    command = [sys.executable, "-m", "pmill", "check", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0905", f"the generated configuration is refused:\n{done.stderr[:2000]}")
    return time.perf_counter() - begin


def _report(seconds: dict[int, float]) -> int:
    start = seconds[0]
    per_statement = {size: (seconds[size] - start) / size for size in SIZES}
    print(f"start-up: {start:.2f} s")
    for size in SIZES:
        bar = "#" * round(40 * seconds[size] / seconds[SIZES[-1]])
        each = 1e6 * per_statement[size]
        print(f"{size:6} statements: {seconds[size]:5.2f} s {each:4.0f} us each {bar}")
    growth = per_statement[SIZES[-1]] / per_statement[SIZES[0]]
    print(
        f"{_LIMIT_AT} statements: {seconds[_LIMIT_AT]:.2f} s, at most {_LIMIT_SECONDS};"
        f" a statement of {SIZES[-1]} takes {growth:.2f} times as long as one of {SIZES[0]},"
        f" at most {_LIMIT_GROWTH}"
    )
    return 0 if seconds[_LIMIT_AT] <= _LIMIT_SECONDS and growth <= _LIMIT_GROWTH else 1
