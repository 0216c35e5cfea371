"""`pmill explain CONFIG` and `pmill layout CONFIG`: compile, and say what came out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from pmill.compile_arguments import add_compile_arguments, options_of
from pmill.diagnostics import Diagnostics, Source
from pmill.options import CompileOptions
from pmill.tools.output import write_output
from pmill.tools.source import Unreadable, read_file
from pmill.tools.start import unreadable


def explain_main(argv: Sequence[str]) -> int:
    """Explain a configuration; DiagnosticError when it cannot be compiled."""
    parser = argparse.ArgumentParser(
        prog="pmill explain",
        description="Say what pmill makes of a configuration, and why; or what codes mean.",
    )
    arguments = _read(parser, argv, ("text", "json", "html"))
    diags = Diagnostics()
    source, options = _asked(arguments, diags)
    from pmill.explain.explanation import explain

    x = explain(source, options, diags)
    _show(diags)
    match arguments.format:
        case "json":
            from pmill.explain.json_form import json_form

            text = json.dumps(json_form(x), indent=2) + "\n"
        case "html":
            from pmill.explain.page import html_page

            text = html_page(x)
        case _:
            from pmill.explain.text_form import text_form

            text = text_form(x)
    return write_output(arguments.output, text)


def main(argv: Sequence[str]) -> int:
    """Show the layout of a configuration; DiagnosticError when it cannot be compiled."""
    parser = argparse.ArgumentParser(
        prog="pmill layout",
        description="Show where a program's metadata and the state of its elements lie.",
    )
    arguments = _read(parser, argv, ("text", "json"))
    diags = Diagnostics()
    source, options = _asked(arguments, diags)
    from pmill.explain.explanation import layout_of
    from pmill.explain.json_form import layout_form
    from pmill.explain.text_form import layout_text

    table = layout_of(source, options, diags)
    _show(diags)
    if arguments.format == "json":
        return write_output(arguments.output, json.dumps(layout_form(table), indent=2) + "\n")
    return write_output(arguments.output, layout_text(table))


def _read(
    parser: argparse.ArgumentParser, argv: Sequence[str], forms: Sequence[str]
) -> argparse.Namespace:
    """Read the words; the form of the output is asked for, or the ending of its file."""
    add_compile_arguments(parser)
    parser.add_argument("-o", "--output", default="-", metavar="FILE", help="write to FILE")
    parser.add_argument("--format", choices=forms, help="the form (default: as FILE ends, or text)")
    arguments, rest = parser.parse_known_args(argv)
    unknown = [word for word in rest if word.startswith("-")]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    arguments.values = rest
    if arguments.format is None:
        ending = arguments.output.rpartition(".")[2]
        arguments.format = ending if ending in forms else "text"
    return arguments


def _asked(arguments: argparse.Namespace, diags: Diagnostics) -> tuple[Source, CompileOptions]:
    try:
        source = read_file(arguments.config)
    except Unreadable as error:
        raise unreadable(error) from None
    options = options_of(arguments)
    if arguments.profile:
        from pmill.profiling import with_profile

        options = with_profile(source, options, arguments.profile, diags, lambda _: None)
    return source, options


def _show(diags: Diagnostics) -> None:
    for diagnostic in diags:
        print(diagnostic, file=sys.stderr)
