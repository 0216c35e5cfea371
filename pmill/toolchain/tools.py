"""Finds the tools: clang, its linker, and DPDK's flags.

What was found is remembered while it is unchanged: asking takes longer than linking a program.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from pmill.cache import cache_dir, fingerprint, key
from pmill.diagnostics import fail

# The names under which clang is looked for, those that are preferred first.
CLANGS = (*(f"clang++-{version}" for version in range(19, 13, -1)), "clang++")

# The releases of DPDK with which pmill is tested; what differs: runtime/include/pmill/dpdk.hh.
TESTED_DPDK = ("22.11", "24.11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The programs and flags that make a program of C++ text.

    `identity` changes when any of them does. `dpdk_cflags` has DPDK's include paths as system
    paths, so that its headers' warnings are nobody's; it ends in DPDK's own -march, so ours must
    come after it. `linker` is the command that clang would run, with OUTPUT and OBJECTS where
    these belong, and with DPDK's libraries.
    """

    clang: str
    clang_version: tuple[int, ...]
    linker: tuple[str, ...]
    dpdk_version: str
    dpdk_cflags: tuple[str, ...]
    dpdk_libs: tuple[str, ...]
    native: tuple[str, ...]
    identity: str

    def machine_flags(self, march: str) -> tuple[str, ...]:
        """Return the flags for a CPU.

        `native` is spelled out as the features this CPU has: clang's own -march=native also lists
        those it lacks, under names that an LLVM of another version may not know.
        """
        return self.native if march == "native" else (f"-march={march}",)


def find_tools() -> Tools:
    """Return the tools of this machine; PM0701 or PM0702 when one is missing."""
    clang = next((path for name in CLANGS if (path := shutil.which(name))), None)
    if clang is None:
        raise fail(
            "PM0701",
            "no clang++ found",
            hint="install it: apt-get install clang-19 lld-19",
        )
    pkg_config = shutil.which("pkg-config")
    if pkg_config is None:
        raise fail("PM0702", "no pkg-config found", hint="install it: apt-get install pkg-config")
    files = [Path(__file__), Path(clang).resolve(), *_dpdk_files()]
    identity = key(fingerprint(files), _cpu(), _environment())
    remembered = cache_dir() / "tools.json"
    return _remembered(remembered, identity) or _probe(clang, pkg_config, identity, remembered)


def _dpdk_files() -> list[Path]:
    """The files that tell which DPDK is installed, wherever pkg-config would look."""
    return [
        Path("/usr/include/dpdk"),
        Path("/usr/local/include"),
        *sorted(Path("/usr").glob("lib*/*/pkgconfig/libdpdk.pc")),
        *sorted(Path("/usr/local").glob("lib*/**/pkgconfig/libdpdk.pc")),
    ]


def _environment() -> list[str]:
    """The variables by which a user tells pkg-config and clang to look elsewhere."""
    names = ("PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "CPATH", "CPLUS_INCLUDE_PATH")
    return [os.environ.get(name, "") for name in names]


def _remembered(path: Path, identity: str) -> Tools | None:
    try:
        data = json.loads(path.read_text())
        files = [word for word in data["linker"] if word.startswith("/")]
        if data["identity"] != identity or not all(map(os.path.exists, files)):
            return None
        return Tools(
            clang=data["clang"],
            clang_version=tuple(data["clang_version"]),
            linker=tuple(data["linker"]),
            dpdk_version=data["dpdk_version"],
            dpdk_cflags=tuple(data["dpdk_cflags"]),
            dpdk_libs=tuple(data["dpdk_libs"]),
            native=tuple(data["native"]),
            identity=identity,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _probe(clang: str, pkg_config: str, identity: str, remember: Path) -> Tools:
    banner = subprocess.run([clang, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\d+)\.(\d+)\.(\d+)", banner.stdout)
    if found is None:
        raise fail("PM0701", f"'{clang} --version' does not tell a version")
    libraries = tuple(_dpdk(pkg_config, "--libs"))
    tools = Tools(
        clang=clang,
        clang_version=tuple(int(n) for n in found.groups()),
        linker=_linker(clang, libraries),
        dpdk_version=_dpdk(pkg_config, "--modversion")[0],
        dpdk_cflags=tuple(_system_include(f) for f in _dpdk(pkg_config, "--cflags")),
        dpdk_libs=libraries,
        native=_native(clang),
        identity=identity,
    )
    with contextlib.suppress(OSError):  # then they are looked for again next time
        remember.parent.mkdir(parents=True, exist_ok=True)
        remember.write_text(json.dumps(asdict(tools)))
    return tools


def _linker(clang: str, libraries: tuple[str, ...]) -> tuple[str, ...]:
    """Return what clang runs to link; starting clang takes as long as linking does."""
    command = [clang, "-fuse-ld=lld", "-o", "OUTPUT", "-Wl,OBJECTS", *libraries, "-###"]
    words = _spoken(command)
    if not {"OUTPUT", "OBJECTS"} <= set(words):
        raise fail("PM0705", f"{clang} finds no lld", hint="install it: apt-get install lld-19")
    return words


def _spoken(command: list[str]) -> tuple[str, ...]:
    """Return the command that clang would run, as -### makes it tell."""
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    return tuple(re.findall(r'"((?:[^"\\]|\\.)*)"', said))


def _dpdk(pkg_config: str, what: str) -> list[str]:
    done = subprocess.run(
        [pkg_config, what, "libdpdk"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise fail(
            "PM0702", "DPDK is not installed", hint="install it: apt-get install libdpdk-dev dpdk"
        )
    return done.stdout.split()


def _cpu() -> str:
    """What tells this CPU from another: its model and features as the kernel lists them."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""
    return "".join(re.findall(r"(?m)^(?:model name|flags)\s*:.*$", text)[:2])


def _native(clang: str) -> tuple[str, ...]:
    """Spell -march=native out: the plain architecture, tuning for this CPU, and its features.

    AVX10 is left out: its versions have other names in every LLVM, and say nothing but that all of
    AVX-512 is there, which is spelled out.
    """
    command = [clang, "-march=native", "-###", "-x", "c++", "-c", "/dev/null"]
    pairs = list(pairwise(_spoken(command)))
    cpu = [value for word, value in pairs if word == "-target-cpu"]
    features = [value for word, value in pairs if word == "-target-feature" and value[0] == "+"]
    if not cpu:
        return ("-march=native",)
    flags = ["-march=x86-64", f"-mtune={cpu[0]}"]
    for feature in (f for f in features if not f.startswith("+avx10")):
        flags += ["-Xclang", "-target-feature", "-Xclang", feature]
    return tuple(flags)


def _system_include(flag: str) -> str:
    return "-isystem" + flag[2:] if flag.startswith("-I") else flag
