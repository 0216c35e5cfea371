"""All element classes a configuration can use: pmill's own, installed ones, and those of `-I`.

Directories come in this order, and of two that describe the same class the later wins, with a
warning: runtime/elements, the entry points of group `pmill.elements` by name, `-I` as given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pmill.diagnostics import Diagnostics, Note, Span
from pmill.elements.entry_points import entry_point_directories
from pmill.elements.header_index import Entry, index_directory
from pmill.elements.spec import OWN_ELEMENTS, ElementSpec
from pmill.resources import runtime_dir


class _Place(NamedTuple):
    """Where a class is described."""

    entry: Entry
    shown: str


class ElementLibrary(Mapping[str, ElementSpec]):
    """Class name -> spec. Names that `@alias` gives a class are found too, but not listed.

    A header is read when its class is first asked for, from the cache if it is there. Asking for
    a class whose header cannot be read raises `DiagnosticError`; a broken header that nobody
    uses disturbs nobody.
    """

    def __init__(self, places: Mapping[str, _Place], directories: tuple[Path, ...]) -> None:
        self._places = places
        self._names = sorted(name for name, place in places.items() if place.entry.names[0] == name)
        self._directories = directories

    @classmethod
    def load(cls, dirs: Sequence[Path], diags: Diagnostics) -> ElementLibrary:
        """Find the headers of all directories; report those that no class name can reach."""
        places: dict[str, _Place] = {}
        seen: dict[Path, str] = {}
        for folder, shown in _directories(dirs, diags):
            if folder.resolve() in seen:
                continue
            seen[folder.resolve()] = shown
            for name, place in _directory(folder, shown, diags).items():
                if name in places:
                    _warn_replaced(name, place, places[name], diags)
                places[name] = place
        return cls(places, tuple(reversed(seen)))

    @property
    def directories(self) -> tuple[Path, ...]:
        """The include directories of the headers, those that win first."""
        return self._directories

    def __getitem__(self, name: str) -> ElementSpec:
        return self._places[name].entry.spec()

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _directories(dirs: Sequence[Path], diags: Diagnostics) -> Iterator[tuple[Path, str]]:
    """Every element directory, the later the stronger, and what messages call it."""
    yield runtime_dir() / "elements", OWN_ELEMENTS
    for _, folder in entry_point_directories(diags):
        yield folder, str(folder)
    for folder in dirs:
        if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK):
            yield folder, str(folder)
            continue
        reason = "cannot be read" if folder.is_dir() else "is no directory"
        diags.error(
            "PM0215",
            f"element directory '{folder}' {reason}",
            hint="'-I DIR' names a folder with element headers",
        )


def _directory(folder: Path, shown: str, diags: Diagnostics) -> dict[str, _Place]:
    """The classes of one directory by all their names."""
    found: dict[str, _Place] = {}
    for entry in index_directory(folder, shown):
        place = _Place(entry, shown)
        if not entry.names:
            for p in entry.problems:
                diags.error(p.code, p.message, p.span, notes=p.notes, hint=p.hint)
        for name in entry.names:
            if name not in found:
                found[name] = place
                continue
            diags.error(
                "PM0214",
                f"two headers of {shown} describe element '{name}'",
                _span(place),
                notes=(_note("the other one", found[name]),),
            )
    return found


def _warn_replaced(name: str, new: _Place, old: _Place, diags: Diagnostics) -> None:
    diags.warning(
        "PM0213",
        f"element '{name}' of {new.shown} replaces that of {old.shown}",
        _span(new),
        notes=(_note("replaced", old),),
    )


def _note(message: str, place: _Place) -> Note:
    return Note(message, _span(place))


def _span(place: _Place) -> Span | None:
    """Where the class is named; a header that cannot be read has said so itself."""
    problems = place.entry.problems
    return problems[0].span if problems else place.entry.spec().span
