"""The arguments of commands that compile, as argparse reads them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pmill.diagnostics import fail
from pmill.options import METADATA, CompileOptions, click_path
from pmill.tools.start import stray


def add_compile_arguments(p: argparse.ArgumentParser) -> None:
    """Declare what decides a compilation: the configuration and its options."""
    p.add_argument("config", metavar="CONFIG", help="the configuration file, or - for stdin")
    p.epilog = "NAME=VALUE words set variables $NAME of the configuration."
    for level in range(4):
        p.add_argument(
            f"-O{level}",
            dest="level",
            action="store_const",
            const=level,
            default=3,
            help=(
                "turn every pass of pmill off",
                "graph passes",
                "and layout and fusion",
                "and pmill's LLVM passes (default)",
            )[level],
        )
    p.add_argument("--disable-pass", action="append", default=[], metavar="NAME")
    p.add_argument("--march", default="native", metavar="CPU", help="as clang's (default: native)")
    p.add_argument(
        "--metadata",
        choices=("auto", *METADATA),
        default="auto",
        help="how packets' fields get from drivers to elements (default: auto, the best that is "
        "possible)",
    )
    p.add_argument(
        "--port",
        dest="ports",
        action="append",
        default=[],
        metavar="N=DRIVER",
        help="the driver of a port, which the program is to contain: net_pmill",
    )
    p.add_argument("--sanitize", default="", metavar="LIST", help="e.g. address,undefined")
    p.add_argument(
        "-I",
        dest="include",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="directory of further element headers",
    )
    p.add_argument(
        "-C",
        "--clickpath",
        default=os.environ.get("CLICKPATH", ""),
        metavar="PATH",
        help="look for libraries in PATH, not in CLICKPATH",
    )
    p.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="[PORT=]FILE",
        help="make the ways fast that packets of a capture take; or a profile that was saved",
    )
    p.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="ELEMENT.HANDLER",
        help="a handler that is to be written while the program runs; * and ? match names",
    )
    p.add_argument(
        "--no-contracts",
        dest="contracts",
        action="store_false",
        help="only warn when per-packet code allocates, locks, or calls what it does not know",
    )
    p.add_argument(
        "--dialect",
        choices=("fastclick", "click"),
        default="fastclick",
        help="whose defaults apply where the two differ (default: fastclick)",
    )


def options_of(arguments: argparse.Namespace) -> CompileOptions:
    """Return the options that a command line asks for."""
    variables: dict[str, str] = {}
    for word in arguments.values:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            raise stray(word)
        variables[name] = value
    for directory in arguments.include:
        if not directory.is_dir():
            raise fail("PM0803", f"-I {directory}: no such directory")
    ports: dict[str, str] = {}
    for text in arguments.ports:
        port, equals, driver = text.partition("=")
        if not (port and equals and driver):
            raise fail("PM0855", f"--port {text} names no driver", hint="--port N=DRIVER")
        ports[port] = driver
    return CompileOptions(
        level=arguments.level,
        disabled=frozenset(arguments.disable_pass),
        march=arguments.march,
        metadata=arguments.metadata,
        ports=ports,
        sanitize=tuple(s for s in arguments.sanitize.split(",") if s),
        variables=variables,
        keep=frozenset(arguments.keep),
        include=tuple(p.resolve() for p in arguments.include),
        dialect=arguments.dialect,
        contracts=arguments.contracts,
        library_path=click_path(arguments.clickpath),
    )
