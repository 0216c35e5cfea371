"""EmitPlan -> C++ text. Templates only print; what they print was decided in `lower`."""

from __future__ import annotations

from typing import Final

import jinja2

from pmill import cache
from pmill.emit.plan import EmitPlan
from pmill.resources import templates_dir

_LONG: Final = 10_000


def render(plan: EmitPlan) -> str:
    """Return the C++ translation unit of a plan."""
    return environment().get_template("program.cc.j2").render(plan=plan)


def environment() -> jinja2.Environment:
    """Return where the templates are found, with what they may call."""
    folder = cache.folder("templates")
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        bytecode_cache=jinja2.FileSystemBytecodeCache(str(folder)) if folder else None,
    )
    found.filters["cpp_string"] = cpp_string
    found.filters["cpp_view"] = cpp_view
    found.filters["byte_count"] = byte_count
    return found


def cpp_string(text: str) -> str:
    """Return a C++ literal of the text's bytes: UTF-8, and raw bytes where Python kept such.

    Long texts are cut into pieces, which C++ joins. An octal escape is always three digits, so
    that no digit that follows can become a part of it.
    """
    data = _bytes(text)
    pieces = [data[i : i + 80] for i in range(0, len(data), 80)] or [b""]
    return " ".join(f'"{"".join(_escaped(byte) for byte in piece)}"' for piece in pieces)


def cpp_view(text: str) -> str:
    """Return what initialises a std::string_view: the literal alone, where that is simple.

    A NUL would end it, and the end of a long one would take clang too many steps to find.
    """
    literal = cpp_string(text)
    simple = "\0" not in text and len(text) <= _LONG
    return literal if simple else f"std::string_view({literal}, {byte_count(text)})"


def byte_count(text: str) -> int:
    """Return the number of bytes that `cpp_string` writes."""
    return len(_bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _escaped(byte: int) -> str:
    char = chr(byte)
    if char in '"\\':
        return "\\" + char
    if char == "\n":
        return "\\n"
    if char == "?" or not 0x20 <= byte < 0x7F:
        return f"\\{byte:03o}"
    return char
