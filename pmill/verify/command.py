"""`pmill verify`: reads its words, compares programs, prints what came out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pmill.compile_arguments import add_compile_arguments, options_of
from pmill.diagnostics import DiagnosticError, Source
from pmill.progress import steps
from pmill.tools.source import Unreadable, read_file
from pmill.tools.start import unreadable
from pmill.verify import report
from pmill.verify.trying import Failure, try_random
from pmill.verify.verifying import Request, verify

EQUAL: Final = 0
DIFFER: Final = 1
USAGE: Final = 2


def main(argv: Sequence[str]) -> int:
    """Verify what the words ask for: 0 when all is equal, 1 when not, 2 when it cannot be done."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    arguments.values = rest
    wrong = [word for word in rest if word.startswith("-")]
    if wrong:
        parser.error(f"unrecognized arguments: {' '.join(wrong)}")
    if arguments.random is not None and arguments.config is not None:
        # NAME=VALUE in front of options is taken for the configuration.
        rest.insert(0, arguments.config)
        if "=" not in arguments.config:
            parser.error("--random makes configurations; none can be given")
    if arguments.random is None and arguments.config is None:
        parser.error("a configuration is needed, or --random N")
    try:
        return _verify(arguments)
    except DiagnosticError as error:
        from pmill.colour import show

        show(error.diagnostics)
        return USAGE


def _verify(arguments: argparse.Namespace) -> int:
    options = options_of(arguments)
    show = steps()
    request = Request(
        source=Source("random.click", "") if arguments.random else _read(arguments.config),
        options=options,
        captures=tuple(arguments.pcap),
        packets=arguments.packets,
        seed=arguments.seed,
        each=not arguments.quick,
        bisect=arguments.bisect,
        timeout=arguments.timeout,
        duration=arguments.duration,
    )
    if arguments.random is not None:
        return _random(arguments, request)
    verdict = verify(request, show, jobs=arguments.jobs)
    show("")
    if arguments.format == "json":
        print(json.dumps(report.facts(verdict), indent=2))
    else:
        print(report.text(verdict))
        if not verdict.equal and not arguments.bisect:
            print("--bisect finds the guilty pass, and the first packet that differs")
    return EQUAL if verdict.equal else DIFFER


def _random(arguments: argparse.Namespace, request: Request) -> int:
    failures: list[Failure] = []
    told = []
    for seed in range(arguments.seed, arguments.seed + arguments.random):
        verdict, failure = try_random(replace(request, seed=seed), steps(), jobs=arguments.jobs)
        if arguments.format == "json":
            told.append({"seed": seed, **report.facts(verdict)})
        else:
            print(f"seed {seed}: {report.summary(verdict)}", flush=True)
        if failure is not None:
            failures.append(failure)
            if arguments.format == "json":
                told[-1]["shrunk"] = failure.text
            else:
                print(_failure(failure, seed), flush=True)
    if arguments.format == "json":
        print(json.dumps(told, indent=2))
    return DIFFER if failures else EQUAL


def _failure(failure: Failure, seed: int) -> str:
    again = f"pmill verify --random 1 --seed {seed} --bisect"
    return "\n".join([report.text(failure.verdict), "", failure.text, f"again: {again}"])


def _read(name: str) -> Source:
    try:
        return read_file(name)
    except Unreadable as error:
        raise unreadable(error) from None


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="pmill verify",
        description="Compare programs of a configuration: without pmill's passes, with all, with "
        "each alone and with all but each. They must send the same packets, byte for byte and in "
        "order, count the same, and say the same.",
    )
    add_compile_arguments(p)
    config = next(a for a in p._actions if a.dest == "config")
    config.nargs, config.required = "?", False
    p.add_argument(
        "--pcap",
        action="append",
        default=[],
        metavar="[PORT=]FILE",
        help="packets that a port receives, before generated ones (the first port if not named)",
    )
    p.add_argument(
        "--packets", type=_count, default=1500, metavar="N", help="generate N a port (1500)"
    )
    p.add_argument(
        "--random", type=_count, metavar="N", help="N random configurations, in place of CONFIG"
    )
    p.add_argument(
        "--seed", type=_count, default=1, metavar="N", help="of generated packets and the first "
        "random configuration (1)"
    )  # fmt: skip
    p.add_argument("--quick", action="store_true", help="all passes only, not pass by pass")
    p.add_argument(
        "--bisect", action="store_true", help="find the guilty pass, and the packet that shows it"
    )
    p.add_argument("--format", choices=("text", "json"), default="text")
    p.add_argument(
        "--timeout", type=float, default=60.0, metavar="S", help="the longest that a run takes (60)"
    )
    p.add_argument(
        "--duration", type=float, default=60.0, metavar="S", help="simulated seconds of a run (60)"
    )
    p.add_argument("--jobs", type=_count, default=2, metavar="N", help="programs at once (2)")
    return p


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value
