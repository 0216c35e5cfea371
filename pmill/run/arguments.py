"""Options of compiled programs that `pmill run` hands on."""

from __future__ import annotations

import argparse


def add_program_arguments(p: argparse.ArgumentParser) -> None:
    """Add the options that a program takes itself."""
    p.add_argument(
        "-h",
        dest="reads",
        action="append",
        default=[],
        metavar="ELEMENT.HANDLER",
        help="print what a handler says at the end",
    )
    p.add_argument(
        "--write",
        dest="writes",
        action="append",
        default=[],
        metavar="'ELEMENT.HANDLER VALUE'",
        help="write to a handler before the first packet",
    )
    p.add_argument("-x", dest="exit", metavar="ELEMENT.HANDLER", help="what gives the exit status")
    p.add_argument("--control", metavar="PATH|PORT", help="serve Click's control protocol there")
    p.add_argument("--workers", metavar="N", help="use N workers (1)")
    p.add_argument("--poll", choices=("busy", "adaptive"), help="whether idle workers sleep (busy)")


def program_options(arguments: argparse.Namespace) -> list[str]:
    """Return these options as the program's command line has them."""
    options = [word for path in arguments.reads for word in ("-h", path)]
    options += [word for call in arguments.writes for word in ("--write", call)]
    for name, value in (
        ("-x", arguments.exit),
        ("--control", arguments.control),
        ("--workers", arguments.workers),
        ("--poll", arguments.poll),
    ):
        options += [name, value] if value is not None else []
    return options
