"""Measures how long compiling the example router takes, from nothing and again."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.contestants import EXAMPLES
from pmill.diagnostics import fail
from pmill.progress import steps

_FIRST_SECONDS: Final = 5.0
_CHANGED_SECONDS: Final = 1.5
_UNCHANGED_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileTimes:
    """Seconds to compile: with an empty cache, after an edit, and once more; medians."""

    first: float
    changed: float
    unchanged: float


def run(rounds: int, folder: Path) -> int:
    """Print the three times beside their limits; returns 1 when one is missed."""
    times = measure_compile_times(rounds, folder)
    lines = (
        ("the very first time", times.first, _FIRST_SECONDS),
        ("configuration changed", times.changed, _CHANGED_SECONDS),
        ("nothing changed", times.unchanged, _UNCHANGED_SECONDS),
    )
    for what, seconds, most in lines:
        mark = "pass" if seconds < most else "FAIL"
        print(f"  {mark}  {what:21}  {seconds:.2f} s, under {most:.1f} s")
    return 0 if all(seconds < most for _, seconds, most in lines) else 1


def measure_compile_times(rounds: int, folder: Path) -> CompileTimes:
    """Compile the router `rounds` times from nothing, and after each once edited, once not."""
    show = steps()
    first, changed, unchanged = [], [], []
    text = (EXAMPLES / "router.click").read_text()
    for number in range(rounds):
        show(f"compile time, round {number + 1} of {rounds}")
        cache = folder / f"cache-{number}"
        config = folder / "router.click"
        config.write_text(text)
        first.append(_compile(config, cache))
        config.write_text(text.replace("$MTU 1500", f"$MTU {1400 + number}"))
        if config.read_text() == text:
            raise fail("PM0905", "examples/router.click has no MTU to change")
        changed.append(_compile(config, cache))
        unchanged.append(_compile(config, cache))
    show("")
    return CompileTimes(
        first=statistics.median(first),
        changed=statistics.median(changed),
        unchanged=statistics.median(unchanged),
    )


def _compile(config: Path, cache: Path) -> float:
    """Seconds from calling pmill, as a user does, to its end."""
    command = [sys.executable, "-m", "pmill", "compile", str(config)]
    command += ["-o", str(config.with_suffix(""))]
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        raise fail("PM0905", f"cannot compile examples/router.click:\n{done.stderr.rstrip()}")
    return seconds
