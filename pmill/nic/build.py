"""Builds the plugin of net_pmill; what was built once is kept."""

from __future__ import annotations

import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import platformdirs

from pmill import cache
from pmill.diagnostics import fail
from pmill.nic.headers import driver_headers
from pmill.resources import runtime_dir
from pmill.toolchain import Tools, find_tools

__all__ = ["plugin"]

_NAME: Final = "librte_net_pmill.so"
_FLAGS: Final = (
    "-std=c++20",
    "-O3",
    "-fPIC",
    "-fno-exceptions",
    "-fno-rtti",
    "-Wall",
    "-Wextra",
    "-DALLOW_INTERNAL_API",
    "-DALLOW_EXPERIMENTAL_API",
)
# Programs that load it need not have them.
_LIBRARIES: Final = ("-lrte_bus_vdev", "-lpcap")


def plugin(march: str = "native") -> Path:
    """Return the plugin, `librte_net_pmill.so`; it is built when it is not there.

    Raises DiagnosticError: PM0850 and PM0851 as `driver_headers` does, PM0852 when the compiler
    refuses it, PM0853 when there is no directory from which EAL would load it.
    """
    tools = find_tools()
    headers = driver_headers(tools.dpdk_version)
    sources = sorted((runtime_dir() / "nic").glob("*.cc"))
    flags = [*_FLAGS, *tools.dpdk_cflags, *tools.machine_flags(march), f"-isystem{headers}"]
    name = cache.key(flags, _LIBRARIES, tools.identity, cache.fingerprint([runtime_dir() / "nic"]))
    home = _home() / name
    target = home / _NAME
    if not target.is_file():
        home.mkdir(parents=True, exist_ok=True)
        with cache.store("nic", name) as work:
            _link(tools, _compiled(tools, sources, flags, work), work / _NAME)
            (work / _NAME).replace(target)
    return target


def _compiled(tools: Tools, sources: list[Path], flags: list[str], work: Path) -> list[Path]:
    def compiled(source: Path) -> Path:
        target = work / f"{source.stem}.o"
        _run([tools.clang, *flags, "-c", str(source), "-o", str(target)])
        return target

    with ThreadPoolExecutor() as pool:
        return list(pool.map(compiled, sources))


def _link(tools: Tools, objects: list[Path], target: Path) -> None:
    words = [tools.clang, "-fuse-ld=lld", "-shared", "-o", str(target), *map(str, objects)]
    _run([*words, *tools.dpdk_libs, *_LIBRARIES])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail(
            "PM0852",
            f"net_pmill does not compile:\n{done.stderr.strip()}",
            hint="is this the DPDK that pmill was tested with? see the README",
        )


def _home() -> Path:
    """Return the directory of plugins: EAL loads none from below one that everybody may write."""
    usual = Path(platformdirs.user_cache_dir("pmill", appauthor=False))
    for place in (cache.cache_dir(), usual):
        if not any(_is_open(parent) for parent in [place, *place.absolute().parents]):
            return place / "plugins"
    raise fail(
        "PM0853",
        f"EAL would not load a plugin from '{usual}': everybody may write there, or above it",
        hint="set PMILL_CACHE to a directory that is yours, below none that is everybody's",
    )


def _is_open(directory: Path) -> bool:
    try:
        return bool(directory.resolve().stat().st_mode & stat.S_IWOTH)
    except FileNotFoundError:
        return False
