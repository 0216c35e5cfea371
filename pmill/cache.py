"""A content-addressed cache of files, shared by all runs of a user.

An entry is a directory named by the hash of everything that decides its content; it appears by an
atomic rename, so that runs at the same time never see half of one. Entries not used for a month,
and those used longest ago where all of a kind are too much, are removed when a new one is made and
nobody has looked for such in the last hour.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pmill.diagnostics import DiagnosticError, fail

_HOUR_S = 3600
_MONTH_S = 30 * 24 * _HOUR_S
_MOST_BYTES = 4 << 30  # of a kind: some thousands of programs


def cache_dir() -> Path:
    """Return the user's cache directory; PMILL_CACHE overrides it."""
    chosen = os.environ.get("PMILL_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("pmill", appauthor=False))


def folder(name: str) -> Path | None:
    """Return a directory for what others cache by themselves; None when it cannot be written."""
    path = cache_dir() / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return path if os.access(path, os.W_OK) else None


def key(*parts: object) -> str:
    """Return the hash of the parts' texts, in order."""
    h = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else repr(part).encode()
        h.update(len(data).to_bytes(8, "little"))
        h.update(data)
    return h.hexdigest()[:32]


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a hash of the paths, sizes and times of all files below the given ones."""
    facts: list[tuple[str, int, int]] = []
    for path in sorted(paths):
        facts += _facts(path)
    return key(facts)


def _facts(path: Path) -> list[tuple[str, int, int]]:
    """(path, size, time) of a file, or of every file below a directory."""
    if not path.is_dir():
        if not path.exists():
            return [(str(path), -1, 0)]
        stat = path.stat()
        return [(str(path), stat.st_size, stat.st_mtime_ns)]
    found: list[tuple[str, int, int]] = []
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for name in sorted(files):
            file = os.path.join(folder, name)
            try:
                stat = os.stat(file)
            except FileNotFoundError:  # a link to nothing
                continue
            found.append((file, stat.st_size, stat.st_mtime_ns))
    return found


def lookup(kind: str, name: str, files: Sequence[str] = ()) -> Path | None:
    """Return the directory of an entry, marking it as used, or None when there is none.

    An entry in which one of `files` is missing or empty was tampered with, and is removed.
    """
    path = cache_dir() / kind / name
    if not path.is_dir():
        return None
    if any(not (path / f).is_file() or (path / f).stat().st_size == 0 for f in files):
        shutil.rmtree(path, ignore_errors=True)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return path


def made(kind: str, name: str, make: Callable[[Path], object], files: Sequence[str] = ()) -> Path:
    """Return the directory of an entry, filled by `make` when there is none.

    One makes it, and all others that want it, in this process and in others, wait: for what many
    programs are made of, and takes long. `files` as for `lookup`; PM0709 as for `store`.
    """
    found = lookup(kind, name, files)
    if found is None:
        with _alone(kind, name):
            found = lookup(kind, name, files)
            if found is None:
                with store(kind, name) as work:
                    make(work)
                found = lookup(kind, name, files)
                assert found is not None, "a cache entry vanished right after it was stored"
    return found


@contextlib.contextmanager
def _alone(kind: str, name: str) -> Iterator[None]:
    """Wait until nobody else makes such an entry; few others share its lock, which stays there."""
    parent = cache_dir() / kind
    try:
        parent.mkdir(parents=True, exist_ok=True)
        lock = (parent / f".making-{name[0]}").open("w")
    except OSError as error:
        raise _unusable(error) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def store(kind: str, name: str) -> Iterator[Path]:
    """Yield an empty directory that becomes the entry when the block ends without an exception.

    PM0709 when the cache cannot be written.
    """
    parent = cache_dir() / kind
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _expire(parent)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    except OSError as error:
        raise _unusable(error) from None
    try:
        yield work
        target = parent / name
        try:
            work.rename(target)
        except OSError:  # somebody else made it meanwhile: theirs is as good
            if not target.is_dir():
                raise
    except OSError as error:
        raise _unusable(error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unusable(error: OSError) -> DiagnosticError:
    return fail(
        "PM0709",
        f"cannot write the cache in '{cache_dir()}': {error.strerror or error}",
        hint="make room, or set PMILL_CACHE to a directory that can be written",
    )


def _expire(parent: Path) -> None:
    now = time.time()
    looked = parent.with_name(f".looked-{parent.name}")
    if looked.exists() and now - looked.stat().st_mtime < _HOUR_S:
        return
    looked.touch()
    total = 0
    for used, size, entry in sorted(_entries(parent), reverse=True):
        total += size
        if used < now - _MONTH_S or total > _MOST_BYTES:
            shutil.rmtree(entry, ignore_errors=True)


def _entries(parent: Path) -> Iterator[tuple[float, int, str]]:
    """When each entry was used last, its bytes, and where it is."""
    for entry in os.scandir(parent):
        with contextlib.suppress(OSError):  # somebody else removes it
            size = sum(file.stat().st_size for file in os.scandir(entry.path))
            yield entry.stat().st_mtime, size, entry.path
