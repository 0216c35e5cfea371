"""Builds net_pmill, as a plugin or for programs that contain it; what was built once is kept."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import platformdirs

from pmill import cache
from pmill.diagnostics import fail
from pmill.nic.headers import driver_headers
from pmill.resources import runtime_dir
from pmill.toolchain import Compiler, Tools, find_tools, join

__all__ = ["contained", "plugin"]

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
    flags = _flags(tools, march)
    home = _home() / _key(tools, flags)
    target = home / _NAME
    if not target.is_file():
        home.mkdir(parents=True, exist_ok=True)
        with cache.store("nic", home.name) as work:
            _link(tools, _compiled(tools, flags, work), work / _NAME)
            (work / _NAME).replace(target)
    return target


def contained(compiler: Compiler) -> Path:
    """Return the driver as an object for a program; raises as `plugin` does, but for PM0853."""
    tools, sanitize = compiler.tools, ",".join(compiler.sanitize)
    flags = _flags(tools, compiler.march) + ([f"-fsanitize={sanitize}"] if sanitize else [])
    name = _key(tools, flags)
    entry = cache.made(
        "nic-object",
        name,
        lambda work: join(tools, _compiled(tools, flags, work), work / "net_pmill.o"),
    )
    return entry / "net_pmill.o"


def _flags(tools: Tools, march: str) -> list[str]:
    headers = driver_headers(tools.dpdk_version)
    include = [f"-I{runtime_dir() / 'include'}", f"-isystem{headers}"]
    return [*_FLAGS, *tools.dpdk_cflags, *tools.machine_flags(march), *include]


def _key(tools: Tools, flags: Sequence[str]) -> str:
    sources = [runtime_dir() / "nic", runtime_dir() / "include" / "pmill" / "nic"]
    return cache.key(flags, _LIBRARIES, tools.identity, cache.fingerprint(sources))


def _compiled(tools: Tools, flags: Sequence[str], work: Path) -> list[Path]:
    def compiled(source: Path) -> Path:
        target = work / f"{source.stem}.o"
        _run([tools.clang, *flags, "-c", str(source), "-o", str(target)])
        return target

    with ThreadPoolExecutor() as pool:
        return list(pool.map(compiled, sorted((runtime_dir() / "nic").glob("*.cc"))))


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
