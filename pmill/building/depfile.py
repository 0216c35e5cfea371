"""What a program is made of, in the form that make and ninja read.

    router: router.click defs.click runtime/elements/ip/decipttl.hh runtime/include/pmill/packet.hh

A program depends on its configuration, the libraries and files that this names, the headers of the
classes that it uses, and on what these include, of pmill's and of the user's. Not listed are pmill
itself and the system: whoever installs another of them starts a new build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pmill.resources import runtime_dir

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">\n]+)[">]', re.M)
# What every program includes.
_PROGRAM = "pmill/pmill.hh"


def depfile(target: str, inputs: Iterable[Path | str]) -> str:
    """Return a rule: `target` depends on `inputs`, each of which may vanish without harm."""
    paths = [_escaped(str(path)) for path in dict.fromkeys(inputs)]
    rules = [f"{path}:\n" for path in paths]
    return " \\\n  ".join([f"{_escaped(target)}:", *paths]) + "\n" + "".join(rules)


def element_headers(names: Iterable[str], directories: Sequence[Path]) -> list[Path]:
    """Return the headers `names`, and what they and every program include, sorted.

    `names` are below one of `directories`, the element directories, those that win first. Headers
    of the system are left out.
    """
    found: set[Path] = set()
    folders = [*directories, runtime_dir() / "elements", runtime_dir() / "include"]
    pending = [p for name in (*names, _PROGRAM) if (p := _below(name, folders))]
    while pending:
        header = pending.pop()
        if header not in found:
            found.add(header)
            pending += _included(header, folders)
    return sorted(found)


def _included(header: Path, folders: Sequence[Path]) -> Iterator[Path]:
    text = header.read_text(encoding="utf-8", errors="replace")
    for quote, name in _INCLUDE.findall(text):
        near = [header.parent] if quote == '"' else []
        found = _below(name, [*near, *folders])
        if found is not None:
            yield found


def _below(name: str, folders: Sequence[Path]) -> Path | None:
    return next((p.resolve() for folder in folders if (p := folder / name).is_file()), None)


def _escaped(path: str) -> str:
    """Write a path as make and ninja read it in a rule."""
    return path.replace("$", "$$").replace(" ", "\\ ").replace("#", "\\#")
