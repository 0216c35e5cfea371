"""EmitPlan -> C++ text. Templates only print; what they print was decided in `lower`."""

from __future__ import annotations

import jinja2

from pmill.emit.plan import EmitPlan
from pmill.resources import templates_dir


def render(plan: EmitPlan) -> str:
    """Return the C++ translation unit of a plan."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["cpp_string"] = cpp_string
    return environment.get_template("program.cc.j2").render(plan=plan)


def cpp_string(text: str) -> str:
    """Return a C++ literal of the text's bytes (each character is one byte, as in Latin-1).

    Long texts are cut into pieces, which C++ joins. An octal escape is always three digits, so
    that no digit that follows can become a part of it.
    """
    pieces = [text[i : i + 80] for i in range(0, len(text), 80)] or [""]
    return " ".join(f'"{"".join(_escaped(c) for c in piece)}"' for piece in pieces)


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char == "\n":
        return "\\n"
    if char == "?" or not 0x20 <= ord(char) < 0x7F:
        return "".join(f"\\{byte:03o}" for byte in _bytes(char))
    return char


def _bytes(char: str) -> bytes:
    """A character below 256 stands for one byte; any other for its UTF-8."""
    return bytes([ord(char)]) if ord(char) < 256 else char.encode()
