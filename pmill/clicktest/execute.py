"""Runs one test: in a directory of its own, with /bin/sh, as a process group that is ended.

require   each line is run; if one fails, the test is skipped
files     %file sections are written
script    /bin/sh -e, standard input from `stdin` if there is such a file
compare   what it wrote with what the sections say
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pmill.clicktest.compare import compare
from pmill.clicktest.model import ClickTest, InputFile, Outcome, Script
from pmill.clicktest.trace import Traced, traced

_PATIENCE_S = 1.0  # with processes that were told to end
# A shell cannot trap what was ignored when it began, as under nohup.
_HEARS_HANG_UPS = ("/usr/bin/env", "--default-signal=HUP")
_TAIL_LINES = 20  # of standard error, shown when a script fails


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How tests are run: `timeout` is in seconds a script, `path` what stands first on PATH."""

    timeout: float = 45
    path: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    preserve: bool = False
    show: frozenset[str] = frozenset()  # names of files
    show_all: bool = False

    def environment(self) -> dict[str, str]:
        """Return the environment of scripts."""
        path = os.pathsep.join([*self.path, os.environ.get("PATH", os.defpath)])
        variables = {"LC_ALL": "C", "PATH": path, "rundir": "..", **self.variables}
        # Click's terminals get curly quotes, and files plain ones, whatever pmill's user has set.
        return {**os.environ, **variables}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a script ended: `status` is None after a timeout, `line` where it was, from 1."""

    status: int | None
    line: int | None
    stdout: bytes
    stderr: bytes


def run_test(test: ClickTest, directory: Path, settings: Settings) -> Outcome:
    """Run a test in a new directory, which is removed unless it is to be preserved.

    Raises FormatError for what the test says and cannot be compared, OSError when the directory
    cannot be made.
    """
    begin = time.monotonic()
    directory.mkdir(parents=True)
    try:
        outcome = _run(test, directory, settings)
    finally:
        if not settings.preserve:
            shutil.rmtree(directory, ignore_errors=True)
    return replace(outcome, seconds=time.monotonic() - begin)


def expand(test: ClickTest, directory: Path) -> list[str]:
    """Write the files of a test; return their names."""
    for file in test.files:
        _write(file, directory)
    return [file.name for file in test.files]


def _run(test: ClickTest, directory: Path, settings: Settings) -> Outcome:
    missing = _unmet(test, directory, settings)
    if missing is not None:
        return Outcome(test=test, status="skipped", messages=(missing,))
    expand(test, directory)
    ended = _execute(test.script, directory, settings)
    captured = {"stdout": ended.stdout, "stderr": ended.stderr}
    failure = _failure(test.script, ended, settings)
    messages = [failure] if failure else _differences(test, directory, captured)
    return Outcome(
        test=test,
        status="failure" if messages else "success",
        messages=tuple(messages),
        shown=tuple(_shown(test, directory, captured, settings)),
    )


def _unmet(test: ClickTest, directory: Path, settings: Settings) -> str | None:
    """Return why a test is to be skipped."""
    for script in test.requires:
        ended = _execute(script, directory, settings)
        if ended.status != 0:
            place, command = _where(script, ended)
            how = "timed out" if ended.status is None else "failed"
            return f"{place}: requirement {how}: {command}"
    return None


def _differences(test: ClickTest, directory: Path, captured: Mapping[str, bytes]) -> list[str]:
    messages = []
    for name in dict.fromkeys(e.name for e in test.expectations):
        expectations = [e for e in test.expectations if e.name == name]
        written = _content(directory, name, captured)
        if written is None:
            messages.append(f"{expectations[0].place}: {name} was not written\n")
            continue
        difference = compare(name, written, expectations, test.ignored)
        if difference is not None:
            messages.append(difference)
    return messages


def _content(directory: Path, name: str, captured: Mapping[str, bytes]) -> bytes | None:
    """Return what a file holds, what the script printed for stdout and stderr."""
    if name in captured:
        return captured[name]
    try:
        return (directory / name).read_bytes()
    except OSError:
        return None


def _failure(script: Script, ended: _Ended, settings: Settings) -> str | None:
    """Return how a script failed."""
    if ended.status == 0:
        return None
    place, command = _where(script, ended)
    if ended.status is None:
        how = f"timed out after {settings.timeout:g} sec"
    elif ended.status < 0:
        how = f"was ended by {signal.Signals(-ended.status).name}"
    else:
        how = f"failed with status {ended.status}"
    text = ended.stderr.decode("latin-1").rstrip()
    lines = text.splitlines()[-_TAIL_LINES:]
    said = "".join(f"    {line}\n" for line in lines)
    return f"{place}: {how}: {command}\n{said}"


def _where(script: Script, ended: _Ended) -> tuple[str, str]:
    """Return the place and the text of the command a script was at."""
    lines = script.text.split("\n")
    number = ended.line or next((n for n, line in enumerate(lines, 1) if line.strip()), 1)
    command = lines[number - 1].strip() if number <= len(lines) else ""
    return str(replace(script.place, line=script.place.line + number - 1)), command


def _shown(
    test: ClickTest, directory: Path, captured: Mapping[str, bytes], settings: Settings
) -> list[tuple[str, bytes]]:
    names = sorted(test.written() if settings.show_all else settings.show)
    contents = [(name, _content(directory, name, captured)) for name in names]
    return [(name, content) for name, content in contents if content is not None]


def _write(file: InputFile, directory: Path) -> None:
    path = directory / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.data)


def _execute(script: Script, directory: Path, settings: Settings) -> _Ended:
    """Run a script to its end or to the timeout; what it left running is hung up."""
    text = re.sub(r"(?m)^\./", "../", script.text)
    stdin = directory / "stdin"
    commands: Traced = traced(text, directory)
    # Standard output and error go to files: a child that outlives the script keeps a pipe open.
    out, err = directory / ".clicktest.stdout", directory / ".clicktest.stderr"
    with (
        open(stdin if stdin.is_file() else os.devnull, "rb") as source,
        out.open("wb") as stdout,
        err.open("wb") as stderr,
    ):
        process = subprocess.Popen(
            [*_HEARS_HANG_UPS, "/bin/sh", "-e", str(commands.file)],
            cwd=directory,
            env=settings.environment(),
            stdin=source,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            status: int | None = process.wait(settings.timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _hang_up(process)
    ended = _Ended(
        status=status, line=commands.line(), stdout=out.read_bytes(), stderr=err.read_bytes()
    )
    for file in (out, err, *commands.files()):
        file.unlink(missing_ok=True)
    return ended


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    """End the process group of a script, of which children may be left: politely, then for good."""
    for number in (signal.SIGHUP, signal.SIGKILL):
        process.poll()
        anybody = _signalled(process.pid, number)
        deadline = time.monotonic() + _PATIENCE_S
        while anybody and time.monotonic() < deadline:
            time.sleep(0.01)
            process.poll()
            anybody = _signalled(process.pid, 0)
        if not anybody:
            break
    process.wait()


def _signalled(group: int, number: int) -> bool:
    """Send a signal to a process group; return whether there is anybody in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
