"""Libraries: files whose statements `require(library FILE)` puts into a configuration.

    require(library defs.click);          elementclass A { ... }     <- from defs.click
    Idle -> A -> Discard;            =>   Idle -> A -> Discard;

A file is looked for in the directories of CLICKPATH, in their `conf` folders first, then beside the
file that requires it. It is included once, however often it is required.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pmill.diagnostics import Diagnostics, Source
from pmill.syntax import nodes
from pmill.syntax.arguments import split_arguments, split_words, unquote
from pmill.syntax.body import text_of
from pmill.syntax.flat import ConfigText

# Wherever a library may be required; a comment that looks so does no harm.
_MENTION = re.compile(r"\blibrary\s+(\"[^\"\n]*\"|'[^'\n]*'|[^\s,()]+)")


def include_libraries(
    config: nodes.Config, path: Sequence[Path], diags: Diagnostics
) -> nodes.Config:
    """Return the configuration with the statements of its libraries, where they are required."""
    run = _Including(path, diags)
    return replace(config, statements=tuple(run.statements(config)))


def library_files(source: Source, path: Sequence[Path]) -> list[Path]:
    """Return all files that a configuration may include, and those that these may, in order."""
    found: dict[Path, None] = {}
    pending = [source]
    while pending:
        text = pending.pop()
        for mention in _MENTION.finditer(text.text):
            file = _find(mention[1].strip("\"'"), text, path)
            if file is not None and file.resolve() not in found:
                found[file.resolve()] = None
                pending.append(_read(file))
    return list(found)


def library_name(argument: ConfigText) -> str | None:
    """Return the file that an argument of `require` names as a library; None if it does not."""
    words = split_words(argument)
    if len(words) != 2 or words[0].text != "library":
        return None
    return unquote(words[1])


class _Including:
    def __init__(self, path: Sequence[Path], diags: Diagnostics) -> None:
        self.path = path
        self.diags = diags
        self.included: set[Path] = set()

    def statements(self, config: nodes.Config) -> Iterator[nodes.Statement]:
        for statement in config.statements:
            yield statement
            if isinstance(statement, nodes.Requirement):
                for argument in split_arguments(text_of(statement.config, statement.span)):
                    yield from self._required(argument, config.source)

    def _required(self, argument: ConfigText, includer: Source) -> Iterator[nodes.Statement]:
        name = library_name(argument)
        if name is None:
            return
        file = _find(name, includer, self.path)
        if file is None:
            self.diags.error(
                "PM0322",
                f"library '{name}' not found in CLICKPATH/conf",
                argument.span,
                hint="set CLICKPATH to the directories that have it in their 'conf' folder",
            )
            return
        if file.resolve() in self.included:
            return
        self.included.add(file.resolve())
        # Lark takes long to load, and few configurations have libraries.
        from pmill.syntax.parser import parse

        yield from self.statements(parse(_read(file), self.diags))


def _find(name: str, includer: Source, path: Sequence[Path]) -> Path | None:
    """Return the file of a library as messages are to name it."""
    places = [place for folder in path for place in (folder / "conf", folder)]
    for place in (*places, Path(includer.name).parent):
        try:
            if (place / name).is_file():
                return place / name
        except (OSError, ValueError):  # no name that a file could have
            return None
    return None


def _read(file: Path) -> Source:
    try:
        data = file.read_bytes()
    except OSError:  # it was there a moment ago
        data = b""
    return Source(str(file), data.decode("utf-8", "surrogateescape"))
