"""DPDK's headers for drivers, from the source of the DPDK that is installed.

Debian packages DPDK without them. They are unpacked from its source package, of exactly the
installed version, which apt downloads as it downloads anything: from the machine's own sources,
read as source packages. Nothing of the system is changed for it.
"""

from __future__ import annotations

import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pmill import cache
from pmill.diagnostics import DiagnosticError, fail

__all__ = ["driver_headers"]

# Where they lie in DPDK's source; all are found by their names alone.
_HEADERS: Final = (
    "lib/ethdev/ethdev_driver.h",
    "lib/ethdev/ethdev_vdev.h",
    "lib/eal/include/bus_driver.h",
    "lib/eal/include/dev_driver.h",
    "drivers/bus/vdev/bus_vdev_driver.h",
)
_TESTED: Final = ("22.11",)  # fewer than programs: drivers see more of DPDK, which changes more
_PACKAGE: Final = "libdpdk-dev"
_SOURCES: Final = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))


def driver_headers(dpdk_version: str) -> Path:
    """Return a directory with the headers for a version of DPDK such as 22.11.11.

    Raises DiagnosticError: PM0851 for a version whose driver interface nobody tested, PM0850 when
    the source cannot be had.
    """
    if not dpdk_version.startswith(_TESTED):
        raise fail(
            "PM0851",
            f"net_pmill was not tested with DPDK {dpdk_version}",
            hint=f"its driver interface changes; tested: {', '.join(_TESTED)}",
        )
    package = _package_version()
    if not package.startswith(dpdk_version):
        raise fail(
            "PM0850",
            f"DPDK {dpdk_version} is in use, but {_PACKAGE} {package or 'not'} installed",
            hint=f"only of Debian's own DPDK can the source be had: apt-get install {_PACKAGE}",
        )
    name = cache.key(package, _HEADERS)
    files = [Path(header).name for header in _HEADERS]
    return cache.made(
        "dpdk-headers", name, lambda work: _unpack(_download(package, work), work), files
    )


def _package_version() -> str:
    """Return the version of the package, such as 22.11.11-0+deb12u1; empty when it is not there."""
    asked = ["dpkg-query", "-W", "-f", "${Version}", _PACKAGE]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def _download(package: str, work: Path) -> Path:
    """Return the archive of DPDK's own source, downloaded into a directory."""
    with tempfile.TemporaryDirectory(prefix="pmill-apt-", dir=work) as place:
        lists, parts = Path(place) / "lists", Path(place) / "sources"
        lists.mkdir()
        parts.mkdir()
        for number, (suffix, text) in enumerate(_source_lists()):
            (parts / f"{number}{suffix}").write_text(text)
        options = [
            f"-oDir::Etc::sourcelist={parts / 'none.list'}",
            f"-oDir::Etc::sourceparts={parts}",
            f"-oDir::State::lists={lists}",
            "-oAPT::Sandbox::User=",  # the directory is ours alone
            "-q",
        ]
        _apt(["apt-get", *options, "update"], place)
        _apt(["apt-get", *options, "source", "--download-only", f"dpdk={package}"], place)
        archives = sorted(Path(place).glob("dpdk_*.orig.tar.*"))
        if not archives:
            raise _unobtainable("apt downloaded no source of DPDK")
        return archives[0].rename(work / archives[0].name)


def _source_lists() -> Iterator[tuple[str, str]]:
    """Yield the machine's lists of Debian packages, as lists of their sources, with suffixes."""
    files = [f for p in _SOURCES for f in ([p] if p.is_file() else sorted(p.glob("*")))]
    for file in files:
        text = file.read_text(errors="replace")
        if file.suffix == ".sources":
            stanzas = re.split(r"\n\s*\n", text)
            wanted = [s for s in stanzas if re.search(r"^Components:.*\bmain\b", s, re.M)]
            if wanted:
                lists = "\n\n".join(wanted)
                yield ".sources", re.sub(r"^Types:.*$", "Types: deb-src", lists, flags=re.M)
        elif file.suffix == ".list":
            lines = [line for line in text.splitlines() if re.match(r"deb\s.*\bmain\b", line)]
            yield ".list", "".join(re.sub(r"^deb\s", "deb-src ", line) + "\n" for line in lines)


def _apt(command: list[str], place: str) -> None:
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise _unobtainable("apt-get is not there") from None
    if done.returncode != 0:
        raise _unobtainable(done.stderr.strip() or done.stdout.strip())


def _unpack(archive: Path, work: Path) -> None:
    """Put the headers into a directory, and remove the archive."""
    wanted = {header: Path(header).name for header in _HEADERS}
    with tarfile.open(archive) as tar:
        for member in tar:
            name = wanted.pop(member.name.partition("/")[2], None)
            content = tar.extractfile(member) if name else None
            if name and content is not None:
                (work / name).write_bytes(content.read())
    archive.unlink()
    if wanted:
        raise _unobtainable(f"DPDK's source has no {', '.join(sorted(wanted))}")


def _unobtainable(why: str) -> DiagnosticError:
    return fail(
        "PM0850",
        f"DPDK's driver headers cannot be had:\n{why}",
        hint="apt must reach a Debian mirror that has the source of the installed DPDK",
    )
