"""Finds the declarative head of an element header, which `grammar/element.lark` then reads.

The head begins at the element's doc comment and ends where the first function begins. Finding
that end needs only comments, literals and brackets, so it is done here and the grammar stays
small: it never meets code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pmill.diagnostics import Diagnostics, Note, Source, Span

_SPEC = re.compile(r"\bSpec\s+spec\b")
_PROCESSES = re.compile(r"\b(?:push|poll)\s*\(\s*auto\b")
_STRUCT = re.compile(r"^[ \t]*struct[ \t]+(\w+)[^;{]*\{", re.MULTILINE)
_FUNCTION = r"^[ \t]*(?:PMILL_INLINE[ \t]+)?static[ \t]+\w+[ \t]+%s\s*\("
_PREPARES = re.compile(_FUNCTION % "prepare", re.M)
_FORESEES = re.compile(_FUNCTION % "foresee", re.M)
_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/)
      | "(?:\\.|[^"\\\n])*"
      | (?<!\w)'(?:\\.|[^'\\\n])'
      | \w+
      | \S""",
    re.DOTALL | re.VERBOSE,
)
_LATE = re.compile(r"^[ \t]*(?:struct[ \t]+(Args|State)|static[ \t]+constexpr[ \t]+(Spec))\b", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the head of the element `name` lies in its header."""

    name: str
    name_span: Span
    start: int
    end: int
    has_function: bool
    prepares: bool = False
    foresees: bool = False


def describes_element(text: str, stem: str) -> bool:
    """Tell an element header from a helper header, which element directories may hold too."""
    if _SPEC.search(text):
        return True
    return _PROCESSES.search(text) is not None and element_name(text, stem) is not None


def element_name(text: str, stem: str) -> str | None:
    """Return the name of the struct that is `stem` in lower case, or None if there is none."""
    struct = _struct_named(text, stem)
    return struct.group(1) if struct else None


def find_head(source: Source, stem: str, diags: Diagnostics) -> Head | None:
    """Return the head of the element whose name in lower case is `stem`, or report why not."""
    struct = _struct_named(source.text, stem)
    if struct is None:
        _report_missing(source, stem, diags)
        return None
    end, has_function = _end_of_head(source.text, struct.end())
    end_of_struct = _end_of_struct(source.text, struct.end())
    name_span = Span(source, *struct.span(1))
    head = Head(
        name=struct.group(1),
        name_span=name_span,
        start=_start_of_doc(source.text, struct.start()),
        end=end,
        has_function=has_function,
        prepares=_PREPARES.search(source.text, struct.end(), end_of_struct) is not None,
        foresees=_FORESEES.search(source.text, struct.end(), end_of_struct) is not None,
    )
    late = _LATE.search(source.text, end, end_of_struct)
    if late is None:
        return head
    what = late.group(1) or late.group(2)
    diags.error(
        "PM0212",
        f"'{what}' of element '{head.name}' stands behind its first function",
        Span(source, *late.span(late.lastindex or 0)),
        notes=(Note("pmill stops reading here", Span(source, end, end + 1)),),
        hint="declare spec, enumerations, Args and State before all functions",
    )
    return None


def _struct_named(text: str, stem: str) -> re.Match[str] | None:
    return next((m for m in _STRUCT.finditer(text) if m.group(1).lower() == stem), None)


def _report_missing(source: Source, stem: str, diags: Diagnostics) -> None:
    """The header declares a Spec, but for no struct of its own name."""
    spec = _SPEC.search(source.text)
    before = list(_STRUCT.finditer(source.text, 0, spec.start() if spec else 0))
    if not before:
        diags.error(
            "PM0201", f"no element 'struct' named like the header '{stem}.hh'", Span(source, 0, 0)
        )
        return
    found = before[-1]
    diags.error(
        "PM0201",
        f"element '{found.group(1)}' must be in a header named '{found.group(1).lower()}.hh'",
        Span(source, *found.span(1)),
        hint="a header holds one element and has its name in lower case",
    )


def _start_of_doc(text: str, struct: int) -> int:
    """The first of the `///` lines right above `struct`."""
    start = text.rfind("\n", 0, struct) + 1
    while start > 0:
        previous = text.rfind("\n", 0, start - 1) + 1
        if not text[previous:start].lstrip().startswith("///"):
            break
        start = previous
    return start


def _end_of_head(text: str, body: int) -> tuple[int, bool]:
    """The start of the first function of the struct whose body starts at `body`, if it has one."""
    depth, statement, is_static = 0, -1, False
    for match in _TOKEN.finditer(text, body):
        token = match.group()
        if match.lastgroup == "skip":
            continue
        if statement < 0:
            statement, is_static = match.start(), False
        if depth == 0:
            if token == "static":
                is_static = True
            elif token == "(" and is_static:
                return statement, True
            elif token == "=":
                is_static = False
            elif token == ";":
                statement = -1
            elif token == "}":
                return match.start(), False
        if token in ("(", "{"):
            depth += 1
            # `static constexpr T name{…}` is a constant; what follows its brace is no function.
            is_static = is_static and token == "("
        elif token in (")", "}"):
            depth -= 1
            if depth == 0 and token == "}":
                statement = -1
    return len(text), False


def _end_of_struct(text: str, body: int) -> int:
    """The closing brace of the struct whose body starts at `body`."""
    depth = 1
    for match in _TOKEN.finditer(text, body):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.start()
    return len(text)
