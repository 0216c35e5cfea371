"""The `pmill` command: reads words, calls one function, prints. Late imports: it starts fast."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pmill import __version__
from pmill.compile_arguments import add_compile_arguments, options_of
from pmill.diagnostics import DiagnosticError, Diagnostics, Source, fail
from pmill.options import CompileOptions
from pmill.resources import building_dir
from pmill.run.arguments import add_program_arguments, program_options
from pmill.tools.source import Unreadable, read_file
from pmill.tools.start import unreadable

# Commands that read their own words: whose `main` each is, and what it is for.
_DOORS = {
    "check": ("pmill.tools.check", "say what is wrong with a configuration"),
    "flatten": ("pmill.tools.flatten", "print it without compounds and variables"),
    "explain": ("pmill.tools.explain", "say what is made of a configuration, or what a code means"),
    "layout": ("pmill.explain.commands", "show where metadata and state lie"),
    "diff": ("pmill.tools.diff", "print what differs in the code of two configurations"),
    "fmt": ("pmill.tools.fmt", "lay it out"),
    "graph": ("pmill.tools.graph", "draw it"),
    "undead": ("pmill.tools.undead", "print it without what cannot matter"),
    "xform": ("pmill.tools.xform", "replace what looks like a pattern"),
    "provides": ("pmill.tools.provides", "say whether elements and features exist"),
    "nic": ("pmill.nic.command", "the software network interface"),
    "verify": ("pmill.verify", "show that passes keep what a program does"),
    "traffic": ("pmill.traffic", "make captures of packets"),
    "bench": ("pmill.bench", "measure programs"),
    "doctor": ("pmill.doctor", "say what this machine lacks, and how to get it"),
    "test": ("pmill.clicktest", "run Click's test files"),
    "click": ("pmill.click.command", "Click's command"),
    "click-buildtool": ("pmill.click.buildtool", "Click's command"),
    "click-check": ("pmill.click.check", "Click's command"),
    "click-flatten": ("pmill.click.flatten", "Click's command"),
}
# Without a value, a simulated clock starts where Click's does.
_SIMTIME = "--simtime=1000000000"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in _DOORS:
        return _guarded(lambda: _door(words[0])(words[1:]))
    words = [_SIMTIME if word == "--simtime" else word for word in words]
    own, eal = _split_eal(words)
    parser = command_parser()
    # NAME=VALUE words may stand anywhere, also behind options, which argparse alone refuses.
    arguments, rest = parser.parse_known_args(own)
    unknown = [word for word in rest if word.startswith("-") or not hasattr(arguments, "level")]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if eal and arguments.run is not _run:
        parser.error("words after -- are EAL arguments, which only 'pmill run' takes")
    arguments.values = rest
    arguments.eal = eal
    return _guarded(lambda: int(arguments.run(arguments)))


def _guarded(run: Callable[[], int]) -> int:
    """Turn everything that can go wrong into a message and a status."""
    try:
        return run()
    except DiagnosticError as error:
        from pmill.colour import show

        show(error.diagnostics)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            print(f"error: cannot write: {error.strerror}", file=sys.stderr)
            return 1
        from pmill.crash import report

        print(report(error), file=sys.stderr)
        return 70


def _door(command: str) -> Callable[[Sequence[str]], int]:
    from importlib import import_module

    found: Callable[[Sequence[str]], int] = import_module(_DOORS[command][0]).main
    return found


def _split_eal(words: list[str]) -> tuple[list[str], list[str]]:
    """Cut the words at `--`: what follows is for EAL."""
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


class _Folder(argparse.Action):
    """Prints a folder as it is: argparse's own way would break a long one into lines."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(building_dir(str(self.const)))
        parser.exit()


def command_parser() -> argparse.ArgumentParser:
    """Return the parser of the command, with the names of all of its commands."""
    parser = argparse.ArgumentParser(
        prog="pmill", description="Compile Click configurations into specialised DPDK programs."
    )
    parser.add_argument("--version", action="version", version=f"pmill {__version__}")
    for tool, name in (("cmake", "CMake"), ("meson", "Meson"), ("pkgconfig", "pkg-config")):
        about = f"print the folder of the files for {name}"
        parser.add_argument(f"--{tool}dir", action=_Folder, const=tool, nargs=0, help=about)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    p = commands.add_parser("compile", help="compile a configuration into a program")
    add_compile_arguments(p)
    p.add_argument("-o", "--output", type=Path, help="the program (default: a.out), or the text")
    p.add_argument(
        "--emit",
        default="exe",
        metavar="STAGE",
        help="stop after tree, graph, graph@PASS, plan, cpp, llvm, asm, obj or exe (default)",
    )
    p.add_argument(
        "--library",
        default="",
        metavar="NAME",
        help="make libNAME.a, NAME.h and NAME.pc, for an application to call",
    )
    p.add_argument("--verbose", action="store_true", help="say what each pass did")
    p.add_argument(
        "--manifest", metavar="FILE", help="write to FILE (JSON) what was compiled in for good"
    )
    p.add_argument(
        "--depfile", metavar="FILE", help="write to FILE what the output depends on, for make"
    )
    p.set_defaults(run=_compile)

    p = commands.add_parser("run", help="compile a configuration and run it", add_help=False)
    p.add_argument("--help", action="help", help="show this text")
    add_compile_arguments(p)
    add_program_arguments(p)
    p.add_argument(
        "--pcap",
        action="append",
        default=[],
        metavar="[PORT=]FILE",
        help="packets that a port receives (port 0 if not named)",
    )
    p.add_argument(
        "--out",
        action="append",
        default=[],
        metavar="[PORT=]FILE",
        help="where the packets that a port transmits are written",
    )
    p.add_argument("--duration", type=float, metavar="S", help="stop after S seconds")
    p.add_argument(
        "--simtime",
        type=float,
        metavar="T",
        help="simulate the clock, which starts at T seconds (1000000000) and never waits",
    )
    p.add_argument("--stats", choices=("text", "json"), default="text", help="form of the report")
    p.set_defaults(run=_run)

    p = commands.add_parser("profile", help="learn which ways the packets of a capture take")
    add_compile_arguments(p)
    p.add_argument(
        "--pcap",
        action="append",
        required=True,
        metavar="[PORT=]FILE",
        help="packets that a port receives (port 0 if not named)",
    )
    p.add_argument("-o", "--output", type=Path, help="the profile, for --profile (default: -)")
    p.set_defaults(run=_profile)

    p = commands.add_parser("elements", help="list the elements, or document one")
    p.add_argument("name", nargs="?", metavar="NAME")
    p.add_argument("-I", dest="include", action="append", default=[], type=Path, metavar="DIR")
    p.set_defaults(run=_elements)

    p = commands.add_parser("passes", help="list the passes in their order")
    p.set_defaults(run=_passes)

    for name, (_, summary) in _DOORS.items():
        commands.add_parser(name, help=f"{summary} (see pmill {name} --help)")
    p = commands.add_parser("install-shims", help="write Click's commands into a directory")
    p.add_argument("directory", type=Path, metavar="DIR")
    p.set_defaults(run=_install_shims)
    p = commands.add_parser("demo", help="compile and run a configuration and show what happened")
    p.add_argument("config", nargs="?", type=Path, default=Path("examples/router.click"))
    p.set_defaults(run=_demo)
    return parser


def read_source(name: str) -> Source:
    """Read a configuration; PM0802 when that is impossible."""
    try:
        return read_file(name)
    except Unreadable as error:
        raise unreadable(error) from None


def _compile(arguments: argparse.Namespace) -> int:
    from pmill import driver, programs

    emit = arguments.emit
    if emit not in driver.STAGES and not emit.startswith("graph@"):
        from pmill.diagnostics import did_you_mean

        raise fail(
            "PM0804",
            f"--emit={emit}: no such stage",
            hint=did_you_mean(emit, list(driver.STAGES)) or f"stages: {', '.join(driver.STAGES)}",
        )
    if arguments.manifest is not None and emit != "exe":
        raise fail(
            "PM0840",
            f"--manifest: --emit={emit} makes no program",
            hint="leave --emit out, or --manifest",
        )
    diags = Diagnostics()
    source = read_source(arguments.config)
    options = _options(arguments, source, diags)
    if arguments.library:
        from pmill.libraries import asked

        options, arguments.output = asked(options, arguments.library, emit, arguments.output)
    product = driver.compile_config(source, options, diags, emit=emit, progress=_progress())
    _show(diags, product.warnings)
    if arguments.depfile is not None:
        _write_depfile(arguments, product.made_of)
    if product.program is not None:
        target = arguments.output or Path("a.out")
        programs.install(product.program, target)
        if arguments.library and product.report is not None:
            from pmill.libraries import install

            install(product.report["library"], target)
        if arguments.verbose and product.report is not None:
            for p in product.report["passes"]:
                print(f"{p['name']:20} {p['summary']}", file=sys.stderr)
            model = product.report["model"]
            print(f"{'metadata':20} {model['name']}: {model['why']}", file=sys.stderr)
        if arguments.manifest is not None and product.report is not None:
            from pmill.tools.output import write_json

            return write_json(arguments.manifest, product.report["manifest"])
        return 0
    assert product.data is not None, "a product is data or a program"
    _write(product.data, arguments.output)
    return 0


def _write_depfile(arguments: argparse.Namespace, made_of: Sequence[str]) -> None:
    """Write what the output of `pmill compile` depends on."""
    from pmill.building import depfile

    named = [] if arguments.config == "-" else [arguments.config]
    profiles = [capture.partition("=")[2] or capture for capture in arguments.profile]
    target = "a.out" if arguments.output is None else str(arguments.output)
    text = depfile(target, [*named, *profiles, *made_of])
    _write(text.encode(), Path(arguments.depfile))


def _write(data: bytes, output: Path | None) -> None:
    """Write what a command makes to a file, or to standard output."""
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise fail(
            "PM0703", f"cannot write '{output}': {error.strerror}", hint="choose another -o"
        ) from None


def _options(arguments: argparse.Namespace, source: Source, diags: Diagnostics) -> CompileOptions:
    """Return the options of a compilation, with the profile that they ask for."""
    options = options_of(arguments)
    if not arguments.profile:
        return options
    from pmill.profiling import with_profile

    return with_profile(source, options, arguments.profile, diags, _progress())


def _profile(arguments: argparse.Namespace) -> int:
    from pmill.profiling import collect

    diags = Diagnostics()
    source = read_source(arguments.config)
    profile = collect(source, options_of(arguments), arguments.pcap, diags, _progress())
    _show(diags)
    _write(profile.text().encode(), arguments.output)
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from pmill import driver
    from pmill.run.execute import run_program

    diags = Diagnostics()
    source = read_source(arguments.config)
    options = _options(arguments, source, diags)
    product = driver.compile_config(source, options, diags, progress=_progress())
    _show(diags, product.warnings)
    assert product.program is not None, "a compilation to exe makes a program"
    assert product.report is not None, "a program has a report"
    return run_program(
        product.program,
        ports=product.report["ports"],
        drivers=product.report["model"]["ports"],
        captures=arguments.pcap,
        outputs=arguments.out,
        duration=arguments.duration,
        simtime=arguments.simtime,
        stats=arguments.stats,
        options=program_options(arguments),
        eal=arguments.eal,
    )


def _elements(arguments: argparse.Namespace) -> int:
    from pmill.elements import ElementLibrary
    from pmill.elements.docs import describe, list_elements

    diags = Diagnostics()
    library = ElementLibrary.load([p.resolve() for p in arguments.include], diags)
    diags.stop_if_errors()
    if arguments.name is None:
        print(list_elements(library), end="")
        return 0
    spec = library.get(arguments.name)
    if spec is None:
        from pmill.diagnostics import did_you_mean

        raise fail(
            "PM0301",
            f"there is no element class '{arguments.name}'",
            hint=did_you_mean(arguments.name, list(library)) or "pmill elements lists all",
        )
    print(describe(spec), end="")
    return 0


def _passes(arguments: argparse.Namespace) -> int:
    del arguments
    from pmill import driver, passes

    for p in passes.DEFAULT:
        first = (type(p).__doc__ or "").splitlines()[0]
        print(f"-O{p.level}  {p.name:20} {first}")
    for name, summary in driver.LLVM_PASSES.items():
        print(f"-O3  {name:20} {summary}")
    return 0


def _install_shims(arguments: argparse.Namespace) -> int:
    from pmill.shims import install_shims

    for name in install_shims(arguments.directory):
        print(arguments.directory / name)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from pmill.demo import demo

    return demo(arguments.config)


def _show(diags: Diagnostics, earlier: Sequence[str] = ()) -> None:
    """Print diagnostics, and those of when a program from the cache was compiled."""
    now = [str(diagnostic) for diagnostic in diags]
    if now or earlier:
        from pmill.colour import show

        show([*now, *(text for text in earlier if text not in now)])


def _progress() -> Callable[[str], None]:
    """Return what shows the steps of a compilation: a line that is overwritten, on a terminal."""
    from pmill.progress import steps

    return steps()
