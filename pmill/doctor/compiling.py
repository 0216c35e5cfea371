"""What compiling needs: Python, llvmlite, clang, lld, pkg-config, DPDK, and room for the cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pmill.cache import cache_dir
from pmill.doctor.finding import Finding, missing, note, ok, too_old
from pmill.toolchain.tools import CLANGS, TESTED_DPDK

_PYTHON: Final = (3, 11)
_TESTED_CLANG: Final = 19
_LEAST_DPDK: Final = (22, 11)
_CLANG_ADVICE: Final = "apt-get install clang-19 lld-19"
_DPDK_ADVICE: Final = "apt-get install libdpdk-dev dpdk dpdk-dev"


def python() -> Finding:
    """Judge the interpreter."""
    version = sys.version.split()[0]
    if sys.version_info < _PYTHON:
        return too_old("Python", version, "install Python 3.11 or newer")
    return ok("Python", f"{version} ({sys.executable})")


def llvmlite() -> Finding:
    """Judge llvmlite, and say which LLVM it has."""
    if find_spec("llvmlite") is None:
        advice = f"{sys.executable} -m pip install 'llvmlite>=0.50,<0.51'"
        return missing("llvmlite", "not installed", advice)
    from pmill.llvm import llvm_version

    return ok("llvmlite", f"its LLVM is {_dotted(llvm_version())}")


def clang() -> Finding:
    """Judge the clang that pmill would take."""
    path = next((p for name in CLANGS if (p := shutil.which(name))), None)
    if path is None:
        return missing("clang", "there is no clang++ on PATH", _CLANG_ADVICE)
    version = _version([path, "--version"])
    if version is None:
        return missing("clang", f"{path} does not tell its version", _CLANG_ADVICE)
    text = f"{_dotted(version)} ({path})"
    if version[0] < _TESTED_CLANG:
        what = f"{text} is older than {_TESTED_CLANG}, with which pmill is tested"
        return note("clang", what, _CLANG_ADVICE)
    if find_spec("llvmlite") is not None:
        from pmill.llvm import llvm_version

        if version[0] > llvm_version()[0]:
            what = f"{text} is newer than llvmlite's LLVM: pmill's own LLVM passes are left out"
            return note("clang", what, _CLANG_ADVICE)
    return ok("clang", text)


def lld() -> Finding:
    """Judge the linker that clang would run."""
    path = next((p for name in CLANGS if (p := shutil.which(name))), None)
    if path is None:
        return missing("lld", "clang is missing, which runs it", _CLANG_ADVICE)
    command = [path, "-fuse-ld=lld", "-print-prog-name=ld.lld"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = done.stdout.strip()
    if not os.path.isabs(found):
        return missing("lld", f"{path} finds none", _CLANG_ADVICE)
    return ok("lld", found)


def pkg_config() -> Finding:
    """Judge pkg-config."""
    path = shutil.which("pkg-config")
    if path is None:
        return missing("pkg-config", "not on PATH", "apt-get install pkg-config")
    return ok("pkg-config", path)


def dpdk() -> Finding:
    """Judge DPDK's headers and libraries, as pkg-config finds them."""
    if shutil.which("pkg-config") is None:
        return missing("DPDK", "pkg-config is missing, which finds it", _DPDK_ADVICE)
    version = _version(["pkg-config", "--modversion", "libdpdk"])
    if version is None:
        return missing("DPDK", "pkg-config knows no libdpdk", _DPDK_ADVICE)
    text = _dotted(version)
    if version[:2] < _LEAST_DPDK:
        return too_old("DPDK", f"{text}, 22.11 is the oldest that will do", _DPDK_ADVICE)
    if not text.startswith(TESTED_DPDK):
        return note("DPDK", f"{text}; pmill was tested with {', '.join(TESTED_DPDK)}")
    return ok("DPDK", text)


def drivers() -> Finding:
    """Say which of DPDK's drivers there are; pmill's tests and demo need net_pcap."""
    if shutil.which("pkg-config") is None:
        return missing("drivers", "pkg-config is missing, which finds them", _DPDK_ADVICE)
    done = subprocess.run(
        ["pkg-config", "--variable=libdir", "libdpdk"], capture_output=True, text=True, check=False
    )
    folder = Path(done.stdout.strip() or "/nowhere")
    names = {
        found[1]
        for path in folder.glob("**/librte_net_*.so*")
        if (found := re.match(r"librte_net_(\w+)\.so", path.name))
    }
    if "pcap" not in names:
        what = f"net_pcap is not among the {len(names)} that there are"
        return missing("drivers", what, _DPDK_ADVICE)
    return ok("drivers", f"{len(names)} in {folder}, net_pcap among them")


def cache() -> Finding:
    """Judge the folder where what was compiled is kept."""
    folder = cache_dir()
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(existing, os.W_OK):
        advice = "set PMILL_CACHE to a folder that can be written"
        return missing("cache", f"{folder} cannot be written", advice)
    free = shutil.disk_usage(existing).free >> 20
    if free < 256:
        return missing("cache", f"{folder} has {free} MiB left", "make room, or set PMILL_CACHE")
    return ok("cache", f"{folder}, {free:,} MiB free")


def program() -> Finding:
    """Compile a small program: the proof of all the rest."""
    from pmill import driver
    from pmill.diagnostics import DiagnosticError, Diagnostics, Source
    from pmill.options import CompileOptions

    begin = time.monotonic()
    try:
        source = Source("doctor.click", "Idle -> Discard;")
        driver.compile_config(source, CompileOptions(), Diagnostics())
    except DiagnosticError as error:
        first = error.diagnostics[0]
        return missing("compiling", first.message.splitlines()[0], first.hint or "pmill explain")
    return ok("compiling", f"a program in {time.monotonic() - begin:.1f} s")


def _version(command: list[str]) -> tuple[int, ...] | None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", done.stdout) if done.returncode == 0 else None
    return tuple(int(n) for n in found.groups() if n) if found else None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
