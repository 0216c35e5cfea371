"""`pmill test`: the command line of the test runner, which is that of Click's own."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pmill.clicktest import report
from pmill.clicktest.execute import Settings, expand, run_test
from pmill.clicktest.model import ClickTest, FormatError, Outcome
from pmill.clicktest.parser import parse_file
from pmill.shims import install_shims

_SUFFIXES = (".clicktest", ".testie")


def main(argv: Sequence[str]) -> int:
    """Run the tests that a command line names; returns 0, 1 or 2 as `status` says."""
    arguments = _parser().parse_args(_attached_jobs(argv))
    variables, names = _variables(arguments.what)
    tests, unreadable = _read(names)
    if arguments.expand:
        return _expand(tests, unreadable)
    verbosity = report.Verbosity(level=arguments.verbose, quiet=arguments.quiet)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="pmill-shims-") as shims:
        install_shims(Path(shims))
        settings = Settings(
            timeout=arguments.timeout,
            path=(*(str(Path(p).resolve()) for p in arguments.path), shims),
            variables=variables,
            preserve=arguments.preserve_temporaries,
            show=frozenset(arguments.show),
            show_all=arguments.show_all,
        )
        for outcome in _run_all(tests, settings, arguments.jobs):
            if isinstance(outcome, str):
                print(outcome, file=sys.stderr)
                unreadable = True
            else:
                report.tell(outcome, verbosity)
                outcomes.append(outcome)
    print(report.summary(outcomes))
    return report.status(outcomes, unreadable=unreadable)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pmill test",
        description="Run test files in Click's format (.clicktest, .testie).",
        epilog="VAR=VALUE words set variables of the scripts' environment.",
    )
    add = parser.add_argument
    add("what", nargs="*", metavar="FILE|DIR|VAR=VALUE", help="default: the current directory")
    add("-j", "--jobs", type=_count, default=os.cpu_count() or 1, metavar="N", help="run N at once")
    add("-t", "--timeout", type=_seconds, default=45, metavar="S", help="seconds a script (45)")
    add("-e", "--expand", action="store_true", help="write the tests' files here and run nothing")
    add("--preserve-temporaries", action="store_true", help="keep the directories of the tests")
    add("-s", "--show", action="append", default=[], metavar="FILE", help="show what FILE holds")
    add("-S", "--show-all", action="store_true", help="show all files that are compared")
    add("-V", "--verbose", action="count", default=0, help="tell of successes; twice: %%info, too")
    add("-q", "--quiet", action="store_true", help="tell nothing but the last line")
    add("-p", "--path", action="append", default=[], metavar="DIR", help="put DIR first on PATH")
    return parser


def _attached_jobs(argv: Sequence[str]) -> list[str]:
    """`-j` alone means what is the default anyway."""
    words = list(argv)
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in ("-j", "--jobs") and not following.isdecimal():
            words[at] = f"--jobs={os.cpu_count() or 1}"
    return words


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of jobs")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds")
    return seconds


def _variables(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Tell VAR=VALUE from names of files."""
    variables: dict[str, str] = {}
    names: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if equals and re.fullmatch(r"[A-Za-z_]\w*", name):
            variables[name] = value
        else:
            names.append(word)
    return variables, names or ["."]


def _read(names: Sequence[str]) -> tuple[list[ClickTest], bool]:
    """Return the tests of all files, and whether one could not be read."""
    tests: list[ClickTest] = []
    unreadable = False
    for name in names:
        for path in _files(Path(name)):
            try:
                tests += parse_file(path)
            except FormatError as error:
                print(error, file=sys.stderr)
                unreadable = True
            except OSError as error:
                print(f"{path}: {error.strerror}", file=sys.stderr)
                unreadable = True
    return tests, unreadable


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or all test files below a directory."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        yield from (Path(folder) / f for f in sorted(files) if f.endswith(_SUFFIXES))


def _run_all(tests: Sequence[ClickTest], settings: Settings, jobs: int) -> Iterator[Outcome | str]:
    """Yield how each test went, in order; the message where one could not be run."""
    base = Path.cwd() / f"clicktest{os.getpid()}"

    def run(numbered: tuple[int, ClickTest]) -> Outcome | str:
        number, test = numbered
        directory = base if len(tests) == 1 else base.with_name(f"{base.name}-{number}")
        try:
            return run_test(test, directory, settings)
        except FormatError as error:
            return str(error)
        except OSError as error:
            return f"{test.name}: cannot be run: {error.strerror}: '{error.filename}'"

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(run, enumerate(tests, 1))


def _expand(tests: Sequence[ClickTest], unreadable: bool) -> int:
    for test in tests:
        for name in expand(test, Path.cwd()):
            print(f"{test.name}: {name}")
    return 2 if unreadable else 0
