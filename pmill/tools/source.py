"""Finds the configuration that a command line names: text, file, archive or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pmill.diagnostics import Source
from pmill.tools.words import Option, Words, WrongWords

_ARCHIVE = b"!<arch>\n"
_HEADER_BYTES = 60

# The options by which every command is told its configuration.
SOURCE_OPTIONS = (
    Option(name="file", short="f", takes="value", metavar="FILE", help="read FILE"),
    Option(
        name="expression",
        short="e",
        takes="value",
        metavar="TEXT",
        help="TEXT is the configuration",
    ),
    Option(
        name="clickpath",
        short="C",
        takes="value",
        metavar="PATH",
        help="look for libraries in PATH, not in CLICKPATH",
    ),
    Option(name="help", help="print this text"),
    Option(name="version", short="v", help="print the version"),
)


class Unreadable(Exception):
    """A configuration that cannot be read: its name and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def read_configuration(words: Words) -> Source:
    """Return the configuration; WrongWords if two are named, Unreadable if it cannot be read."""
    named = [*words.all("file"), *words.files]
    texts = words.all("expression")
    if len(named) + len(texts) > 1:
        raise WrongWords("router configuration specified twice")
    if texts:
        return _source(texts[0].encode("utf-8", "surrogateescape"), "config")
    return read_file(named[0] if named else "-")


def read_file(name: str, *, archives: bool = True) -> Source:
    """Return the configuration in a file, in the archive that a file is, or on standard input.

    Without `archives` an archive is taken for what it looks like, a configuration that is no text.
    """
    shown = "<stdin>" if name == "-" else name
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Unreadable(shown, error.strerror or "cannot be read") from None
    return _source(data, shown, archives=archives)


def _source(data: bytes, shown: str, *, archives: bool = True) -> Source:
    if archives and data.startswith(_ARCHIVE):
        data = _member(data, "config", shown)
    return Source(shown, data.decode("utf-8", "surrogateescape"))


def _member(archive: bytes, wanted: str, shown: str) -> bytes:
    for name, data in _members(archive):
        if name == wanted:
            return data
    raise Unreadable(shown, f"archive has no '{wanted}' section")


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every member of an `ar` archive."""
    at = len(_ARCHIVE)
    while at + _HEADER_BYTES <= len(archive):
        header = archive[at : at + _HEADER_BYTES]
        name = header[:16].decode("latin-1").rstrip().rstrip("/")
        size = header[48:58].strip()
        if header[58:] != b"`\n" or not size.isdigit():
            return
        begin = at + _HEADER_BYTES
        yield name, archive[begin : begin + int(size)]
        at = begin + int(size) + int(size) % 2
