"""What a run of tests tells."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pmill.clicktest.model import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbosity:
    """How much is told: `level` 1 also tells of successes, 2 also what each test is about."""

    level: int = 0
    quiet: bool = False


def tell(outcome: Outcome, verbosity: Verbosity) -> None:
    """Tell how one test went."""
    test = outcome.test
    if verbosity.level >= 2 and test.info:
        print(f"{test.name}:")
        print("".join(f"    {line}\n" for line in test.info.splitlines()), end="")
    match outcome.status:
        case "success":
            if verbosity.level:
                print(f"{test.name}: ok ({outcome.seconds:.1f} s)")
        case "skipped":
            if verbosity.level or not (verbosity.quiet or test.quiet_requires):
                print(f"{test.name}: skipped")
                _indented(outcome.messages)
        case "failure":
            if not verbosity.quiet:
                print(f"{test.name}: FAILED")
                print("".join(outcome.messages), end="")
    for name, content in outcome.shown:
        print(f"{test.name}: {name}:")
        sys.stdout.flush()
        sys.stdout.buffer.write(content if content.endswith(b"\n") else content + b"\n")
    sys.stdout.flush()


def _indented(messages: Sequence[str]) -> None:
    for message in messages:
        print(f"    {message}")


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the last line of a run."""
    count = Counter(outcome.status for outcome in outcomes)
    succeeded, failed, skipped = count["success"], count["failure"], count["skipped"]
    return (
        f"clicktest: {succeeded} success{'' if succeeded == 1 else 'es'}, "
        f"{failed} failure{'' if failed == 1 else 's'}, {skipped} skipped"
    )


def status(outcomes: Sequence[Outcome], *, unreadable: bool) -> int:
    """Return the exit status: 1 if a test failed or none ran, 2 if a file was unreadable."""
    if unreadable:
        return 2
    failed = any(outcome.status == "failure" for outcome in outcomes)
    ran = any(outcome.status != "skipped" for outcome in outcomes)
    return 1 if failed or not ran else 0
