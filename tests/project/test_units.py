"""Files that are compiled as one unit do not name two functions of their own alike.

In one translation unit all anonymous namespaces are one: of two functions that have a name in
common a call takes the one that fits better, be it of another file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "runtime" / "src"
_INCLUDED = re.compile(r'^#include "(?P<file>[\w/]+\.cc)"', re.M)
_OWN = re.compile(r"^namespace \{$.*?^\}  // namespace$", re.M | re.S)
# A definition begins at a line's first column; its name is the word in front of the parameters.
_DEFINED = re.compile(
    r"^(?! |using |struct |class )[\w\[\]:<>,*& ]*?[ *&](?P<name>[a-z_]\w*)\([^;{}]*\)[^;{}()]*\{",
    re.M,
)
UNITS = {
    path.name: found
    for path in sorted(SOURCES.glob("*.cc"))
    if (found := _INCLUDED.findall(path.read_text()))
}


def own_functions(text: str) -> set[str]:
    """Return the names of the functions in the anonymous namespaces of a file."""
    return {found["name"] for part in _OWN.findall(text) for found in _DEFINED.finditer(part)}


def test_what_is_found() -> None:
    text = "void a() {\n}\nnamespace {\n[[gnu::cold]] int *b(int x,\n       int y) {\n  c();\n}\n}  // namespace\n"
    assert own_functions(text) == {"b"}


@pytest.mark.parametrize("unit", UNITS)
def test_names_are_of_one_file(unit: str) -> None:
    files = defaultdict(set)
    for name in UNITS[unit]:
        for function in own_functions((SOURCES / name).read_text()):
            files[function].add(name)
    assert {function: where for function, where in files.items() if len(where) > 1} == {}
