"""Fixtures for all tests: the command line, compiled programs, golden files."""

from __future__ import annotations

import difflib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError
from tests.zygote import zygote

ROOT = Path(__file__).resolve().parent.parent

Pmill = Callable[..., "subprocess.CompletedProcess[str]"]
Compiled = Callable[..., Path]
Written = Callable[[str], Path]
Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files instead of comparing"
    )


def slow(value: object) -> object:
    """A parameter of tests that `make test-slow` runs, and `make test` does not."""
    return pytest.param(value, marks=pytest.mark.slow)


# All levels of optimisation: the first and the last always.
EVERY_LEVEL = [0, slow(1), slow(2), 3]
# Where the tests of single elements and parts are. That passes change nothing is shown by random
# configurations and by the examples, with all elements; so `make test` has these at the last level.
_OF_PARTS = tuple(ROOT / "tests" / name for name in ("elements", "control", "metadata", "workers"))


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parameters = (
            item.callspec.params
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
            else {}
        )
        if parameters.get("level", 3) != 3 and any(map(item.path.is_relative_to, _OF_PARTS)):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return ROOT


@pytest.fixture(scope="session")
def examples(root: Path) -> Path:
    """The directory of the example configurations."""
    return root / "examples"


@pytest.fixture(scope="session")
def pmill() -> Pmill:
    """Run pmill's command line; the result has returncode, stdout and stderr."""
    return run_pmill


def run_pmill(
    *args: object,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    stdin: str | None = None,
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run pmill with these arguments, in the interpreter that runs the tests.

    What `env` says to Python itself it must hear at its start. A test that wants the driver of the
    software NIC is skipped where that cannot be had: of another DPDK, or without DPDK's source.
    """
    done = _run_pmill(args, cwd, env, stdin, timeout)
    if done.returncode != 0:
        skip_without_driver(done.stderr or "")
    return done


_NO_DRIVER = re.compile(r"error\[PM085[01]\].*")


def skip_without_driver(messages: str) -> None:
    """Skip the test when pmill says that the driver of the software NIC cannot be had."""
    if lacks := _NO_DRIVER.search(messages):
        pytest.skip(lacks[0])


@contextmanager
def driver_of_the_nic() -> Iterator[None]:
    """Skip the test where the driver of the software NIC cannot be had, as `run_pmill` does."""
    try:
        yield
    except DiagnosticError as error:
        skip_without_driver(str(error))
        raise


def _run_pmill(
    args: Sequence[object],
    cwd: Path | None,
    env: dict[str, str] | None,
    stdin: str | None,
    timeout: float,
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **(env or {})}
    if any(name.startswith("PYTHON") for name in env or {}):
        return subprocess.run(
            [sys.executable, "-m", "pmill", *map(str, args)],
            cwd=cwd or ROOT,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    return zygote().run([*map(str, args)], cwd or ROOT, environment, stdin, timeout)


@pytest.fixture(scope="session")
def session_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of this run of the tests, the same for all processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    directory.mkdir(exist_ok=True)
    return directory


@contextmanager
def once(path: Path) -> Iterator[bool]:
    """Say whether `path` is still to be made, while no other process makes it."""
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()


@pytest.fixture(scope="session")
def compiled(session_directory: Path) -> Compiled:
    """Return the program that `pmill compile CONFIG ARGS...` makes, compiled once a run."""

    def compile_once(config: Path | str, *args: object) -> Path:
        program = session_directory / f"program-{digest(config, *args)}"
        with once(program) as missing:
            if missing:
                unfinished = program.with_suffix(".new")
                result = run_pmill("compile", config, *args, "-o", unfinished)
                if result.returncode != 0:
                    command = " ".join(map(str, ("pmill compile", config, *args)))
                    pytest.fail(f"{command}\n{result.stderr}", pytrace=False)
                unfinished.rename(program)
        return program

    return compile_once


@pytest.fixture(scope="session")
def written(session_directory: Path) -> Written:
    """Return a configuration of this text, which all processes of pytest-xdist may ask for."""

    def write_once(text: str) -> Path:
        config = session_directory / f"text-{digest(text)}.click"
        with once(config) as missing:
            if missing:
                unfinished = config.with_suffix(".new")
                unfinished.write_text(text)
                unfinished.rename(config)
        return config

    return write_once


def digest(*parts: object) -> str:
    """Return a short name for what `parts` denote; a file stands for its content."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part.read_bytes() if isinstance(part, Path) and part.is_file() else b"")
        sha.update(str(part).encode() + b"\0")
    return sha.hexdigest()[:16]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file, or write the file when asked to."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        if not path.exists():
            pytest.fail(
                f"There is no golden file {path}: run `make golden`, look at it, commit it.\n"
                f"It would be:\n{text}",
                pytrace=False,
            )
        wanted = path.read_text(encoding="utf-8")
        if text != wanted:
            lines = difflib.unified_diff(
                wanted.splitlines(), text.splitlines(), str(path), "now", lineterm=""
            )
            pytest.fail(
                "\n".join(lines) + "\nIf this is how it should be: `make golden`.", pytrace=False
            )

    return check
