"""Alternatives -> contestants: compiles what has to be, and says how long that took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from pmill.bench.contestants import (
    ClickPeer,
    Contestant,
    Program,
    Testpmd,
    build_limits,
    by_hand,
)
from pmill.bench.scenario.model import Alternative, ByHand, ByTestpmd, Compiled, Peer, Scenario
from pmill.bench.settings import Settings
from pmill.diagnostics import fail


def build(
    scenario: Scenario, settings: Settings, folder: Path, show: Callable[[str], None]
) -> dict[str, Contestant]:
    """Compile all alternatives of a scenario; PM0902 when one cannot be."""
    if any(isinstance(a, ByHand) for a in scenario.alternatives):
        show("building bench/limits")
        build_limits(settings)
    found: dict[str, Contestant] = {}
    for number, alternative in enumerate(scenario.alternatives):
        show(f"building {alternative.name}")
        program = folder / f"program-{number}"
        found[alternative.name] = _contestant(alternative, scenario, settings, program)
    return found


def _contestant(
    alternative: Alternative, scenario: Scenario, settings: Settings, program: Path
) -> Contestant:
    match alternative:
        case Compiled():
            compile_to(alternative, settings, program)
            writes = [w for line in alternative.writes for w in ("--write", line)]
            options = ("--stats=json", "--buffers", str(settings.mbufs), *writes)
            return Program(
                name=alternative.name, ports=scenario.ports, path=program, options=options
            )
        case ByHand():
            made = by_hand(
                alternative.name, alternative.program, scenario.ports, settings, alternative.spin
            )
            if not made.path.exists():
                hint = "there are those of bench/limits"
                raise fail("PM0902", f"there is no program '{alternative.program}'", hint=hint)
            return replace(made, options=(*made.options, *alternative.options))
        case ByTestpmd():
            return Testpmd(name=alternative.name, mode=alternative.mode)
        case Peer():
            words = (str(alternative.config), *alternative.variables)
            return ClickPeer(
                name=alternative.name, ports=scenario.ports, path=alternative.path, words=words
            )


def manifest_of(program: Path) -> Path:
    """Return where the manifest of a program is that was compiled here."""
    return program.with_suffix(".json")


def tools_of(contestants: Iterable[Contestant]) -> dict[str, str]:
    """Return the versions of the tools that made the programs, by what they are."""
    for contestant in contestants:
        manifest = manifest_of(contestant.path) if isinstance(contestant, Program) else None
        if manifest is not None and manifest.exists():
            tools: dict[str, str] = json.loads(manifest.read_text())["tools"]
            return tools
    return {}


def described(alternative: Alternative, settings: Settings) -> str:
    """Return how an alternative is made, in words for whoever reads the results later."""
    match alternative:
        case Compiled():
            words = _command(alternative, settings, Path("PROGRAM"))[3:]
            edits = [f"with '{new}' for '{old}'" for old, new in alternative.edits.items()]
            return " ".join(["pmill", *words, *alternative.writes, *edits])
        case ByHand():
            return " ".join([f"bench/limits/{alternative.program}", *alternative.options])
        case ByTestpmd():
            return f"dpdk-testpmd --forward-mode={alternative.mode}"
        case Peer():
            return " ".join([str(alternative.path), *alternative.variables])


def compile_to(alternative: Compiled, settings: Settings, program: Path) -> None:
    """Compile a configuration with pmill; PM0902 when that fails."""
    command = _command(alternative, settings, program)
    command += ["--manifest", str(manifest_of(program))]
    if alternative.edits:
        edited = program.with_suffix(".click")
        edited.write_text(alternative.text())
        command[command.index(str(alternative.config))] = str(edited)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        what = f"cannot build {alternative.name} from {alternative.config}"
        raise fail("PM0902", f"{what}:\n{(done.stderr or done.stdout).rstrip()}")


def compile_seconds(alternative: Compiled, settings: Settings, folder: Path, rounds: int) -> float:
    """Return how long compiling takes that nobody has done before, the least of `rounds`.

    The runtime is compiled already: this is what a user waits for after a change.
    """
    least = float("inf")
    text = alternative.text()
    for number in range(rounds):
        config = folder / f"{alternative.config.stem}.click"
        config.write_text(f"{text}\n// {time.time_ns()}, {number}, {os.getpid()}\n")
        command = _command(alternative, settings, folder / "compiled")
        command[command.index(str(alternative.config))] = str(config)
        start = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        least = min(least, time.monotonic() - start)
        if done.returncode != 0:
            raise fail("PM0902", f"cannot build {alternative.config}:\n{done.stderr.rstrip()}")
    return least


def _command(alternative: Compiled, settings: Settings, program: Path) -> list[str]:
    command = [sys.executable, "-m", "pmill", "compile", str(alternative.config)]
    command += [f"-O{alternative.level}", "--march", settings.march, "-o", str(program)]
    command += [f"--metadata={alternative.metadata}"]
    for name in alternative.passes_off:
        command += ["--disable-pass", name]
    for folder in alternative.include:
        command += ["-I", str(folder)]
    if alternative.level < 3 or alternative.passes_off or alternative.edits:
        command += ["--no-contracts"]  # what is changed may be what keeps them
    return [*command, *alternative.variables]
