"""The headers of one element directory, read once and kept in the user's cache.

Everything of a directory is one file, `elements/HASH` below the cache directory: a digest, then a
pickle of the entries, whose specs are pickled one by one, so that a run loads only those of the
classes it uses. An entry holds while its header keeps time, size and inode; the file holds while
the code that wrote it does. A file that is damaged or foreign is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pmill.cache import cache_dir
from pmill.diagnostics import Diagnostic, DiagnosticError, Diagnostics, Source
from pmill.elements.spec import ElementSpec
from pmill.resources import grammar_dir, runtime_dir

# What a spec is made by: when any of these changes, cached specs mean nothing.
_CODE = (
    "arguments.py",
    "head.py",
    "header_index.py",
    "reader.py",
    "spec.py",
    "syntax_errors.py",
    "tags.py",
    "../diagnostics.py",
)
_DIGEST_BYTES = 16
_MONTH_S = 30 * 24 * 3600

Stamp = tuple[int, int, int]
# What the pickle holds: header -> (stamp, names, pickled ElementSpec or tuple of Diagnostic).
_Stored = dict[str, tuple[Stamp, tuple[str, ...], bytes]]


class Entry:
    """One header: the class names it serves, and its spec, which is loaded when asked for.

    A header that is no element's has neither names nor a spec. One that cannot be read has the
    name of its struct, if it has one, and raises on use what the reader said.
    """

    __slots__ = ("_loaded", "_payload", "header", "names")

    def __init__(self, header: str, names: tuple[str, ...], payload: bytes) -> None:
        self.header = header
        self.names = names
        self._payload = payload
        self._loaded: ElementSpec | tuple[Diagnostic, ...] | None = None

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What the reader said against the header."""
        loaded = self._load()
        return loaded if isinstance(loaded, tuple) else ()

    def spec(self) -> ElementSpec:
        """Return the spec; raise DiagnosticError when the header cannot be read."""
        loaded = self._load()
        if isinstance(loaded, ElementSpec):
            return loaded
        raise DiagnosticError(loaded)

    def _load(self) -> ElementSpec | tuple[Diagnostic, ...]:
        if self._loaded is None:
            self._loaded = pickle.loads(self._payload) if self._payload else ()
        assert self._loaded is not None
        return self._loaded


def index_directory(root: Path, shown: str) -> list[Entry]:
    """Return the entries of all headers below `root`, which messages call `shown`, by path."""
    path = _cache_file(root, shown)
    known = _read_cache(path)
    found: _Stored = {}
    for header, stamp in _headers(root):
        old = known.get(header)
        found[header] = old if old and old[0] == stamp else _read(root, shown, header, stamp)
    if found != known:
        _write_cache(path, found)
    return [Entry(header, names, payload) for header, (_, names, payload) in found.items()]


def _headers(root: Path) -> Iterator[tuple[str, Stamp]]:
    """Include path and stamp of every header, sorted; hidden folders are nobody's elements."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        prefix = os.path.relpath(folder, root)
        for name in sorted(files):
            if not name.endswith(".hh"):
                continue
            try:
                stat = os.stat(os.path.join(folder, name))
            except OSError:  # a dangling link: whoever includes it will hear of it
                continue
            header = name if prefix == "." else f"{prefix}/{name}"
            yield header, (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def _read(
    root: Path, shown: str, header: str, stamp: Stamp
) -> tuple[Stamp, tuple[str, ...], bytes]:
    """Read one header for the cache."""
    from pmill.elements.head import describes_element, element_name

    diags = Diagnostics()
    stem = Path(header).stem
    name = f"{shown}/{header}"
    try:
        text = (root / header).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        reason = e.strerror if isinstance(e, OSError) else "it is not UTF-8 text"
        diags.error("PM0215", f"cannot read {name}: {reason}")
        return stamp, (), pickle.dumps(tuple(diags))
    if not describes_element(text, stem):
        return stamp, (), b""

    # Lark takes a tenth of a second to load: only a header that is new or changed needs it.
    from pmill.elements.reader import read_header

    spec = read_header(Source(name, text), header, diags)
    if spec is None:
        broken = element_name(text, stem)
        return stamp, (broken,) if broken else (), pickle.dumps(tuple(diags))
    return stamp, (spec.name, *spec.aliases), pickle.dumps(spec)


# --- the file ---------------------------------------------------------------------------------


@cache
def code_digest() -> bytes:
    """Return a hash of everything that decides what is read out of a header."""
    here = Path(__file__).parent
    files = [here / name for name in _CODE]
    files.append(grammar_dir() / "element.lark")
    files.append(runtime_dir() / "include" / "pmill" / "meta.hh")
    h = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for file in files:
        h.update(file.read_bytes())
    return h.digest()


def _cache_file(root: Path, shown: str) -> Path:
    key = hashlib.blake2b(f"{root.resolve()}\0{shown}".encode(), digest_size=_DIGEST_BYTES)
    return cache_dir() / "elements" / key.hexdigest()


def _read_cache(path: Path) -> _Stored:
    """Return what the file holds; nothing when it is not whole and not of this code."""
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if digest != _digest(body):
        return {}
    stored: _Stored = pickle.loads(body)
    return stored


def _digest(body: bytes) -> bytes:
    """The digest covers the code too: what other code wrote does not count as whole."""
    h = hashlib.blake2b(body, digest_size=_DIGEST_BYTES, key=code_digest())
    return h.digest()


def _write_cache(path: Path, stored: Mapping[str, object]) -> None:
    """Replace the file atomically; a cache that cannot be written only costs time."""
    body = pickle.dumps(stored)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _expire(path.parent)
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(_digest(body) + body)
        os.replace(temporary, path)


def _expire(folder: Path) -> None:
    """Remove what no run has written for a month: directories come and go."""
    limit = time.time() - _MONTH_S
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < limit:
                file.unlink()
