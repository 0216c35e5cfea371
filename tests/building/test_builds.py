"""The samples of examples/build: CMake, Meson and make build them, and know when to do it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import rdpcap, wrpcap

from tests.conftest import ROOT, run_pmill

COMMAND = Path(sys.executable).with_name("pmill")
PROGRAMS = ("limiter", "limiter-strict", "forwarder", "application")
pytestmark = pytest.mark.xdist_group("builds")


@pytest.fixture
def samples(tmp_path: Path) -> Iterator[Path]:
    """A copy of the samples, in a folder whose name wants quoting."""
    folder = tmp_path / "my samples"
    shutil.copytree(ROOT / "examples" / "build", folder)
    yield folder
    shutil.rmtree(folder)


def run(*words: object, cwd: Path) -> str:
    path = os.pathsep.join([str(COMMAND.parent), os.environ["PATH"]])
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": path},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def where(tool: str) -> str:
    return run_pmill(f"--{tool}dir").stdout.strip()


def ttl_behind(program: Path, folder: Path) -> int:
    """The TTL with which a packet leaves a program, which came with 60."""
    frame = Ether(dst="2:0:0:0:0:1") / IP(src="10.0.0.1", dst="10.0.0.2", ttl=60) / UDP()
    given, sent = folder / "in.pcap", folder / "out.pcap"
    wrpcap(str(given), [frame])
    device = f"net_pcap0,rx_pcap={given.name},tx_pcap={sent.name}"
    eal = ("--no-huge", "-m", "256", "--no-pci", "--vdev", device)
    if program.name == "application":
        more = ("-l", "0", "--no-telemetry", "--no-shconf")
        told = run(program, *eal, *more, "--", 1, cwd=folder)
        assert told == "1 packets, the TTL of 1 lowered\n"
    else:
        run(program, "--expect", "0=1", "--", *eal, cwd=folder)
    (packet,) = rdpcap(str(sent))
    was = packet[IP].chksum
    del packet[IP].chksum
    assert IP(bytes(packet[IP])).chksum == was
    return int(packet[IP].ttl)


def rebuilt(build: Callable[[], object], outputs: dict[str, Path]) -> set[str]:
    """What of the outputs a build makes anew."""
    before = {name: path.stat().st_mtime_ns for name, path in outputs.items()}
    build()
    return {name for name, path in outputs.items() if path.stat().st_mtime_ns != before[name]}


def change(file: Path) -> None:
    file.write_text(file.read_text() + "\n")


@pytest.mark.parametrize("generator", ["Ninja", "Unix Makefiles"])
def test_cmake(generator: str, samples: Path) -> None:
    project, folder = samples / "cmake", samples / "cmake" / "b"
    words = ("-G", generator, "-B", folder, f"-DCMAKE_PREFIX_PATH={where('cmake')}")
    run("cmake", *words, f"-DPMILL_COMMAND={COMMAND}", cwd=project)

    def build() -> str:
        return run("cmake", "--build", folder, "--parallel", "2", cwd=project)

    build()
    outputs = {name: folder / name for name in PROGRAMS}
    assert "LimitIPTTL" in (folder / "limiter-text.cc").read_text()
    run("ctest", "--output-on-failure", cwd=folder)
    run("cmake", "--install", folder, "--prefix", folder / "installed", cwd=project)
    assert ttl_behind(folder / "installed" / "bin" / "limiter", samples) == 16
    assert ttl_behind(folder / "limiter-strict", samples) == 4
    assert ttl_behind(folder / "application", samples) == 16

    assert rebuilt(build, outputs) == set()
    change(samples / "elements" / "ip" / "limitipttl.hh")
    assert rebuilt(build, outputs) == {"limiter", "limiter-strict", "application"}
    change(samples / "forwarder.click")
    assert rebuilt(build, outputs) == {"forwarder"}
    (samples / "ports.click").write_text("define($PORT 0, $LIMIT 9);")
    assert rebuilt(build, outputs) == {"limiter", "limiter-strict", "application"}
    assert ttl_behind(folder / "limiter", samples) == 9
    assert ttl_behind(folder / "application", samples) == 9
    assert rebuilt(build, outputs) == set()


def test_cmake_says_what_is_wrong(samples: Path) -> None:
    project = samples / "cmake"
    lists = (project / "CMakeLists.txt").read_text()
    command = ("cmake", "-B", "b", f"-DCMAKE_PREFIX_PATH={where('cmake')}")
    for wrong, told in (
        (lists.replace("EMIT source", "EMIT elf"), "EMIT is exe, object or source, not 'elf'"),
        (lists.replace("CONFIG ../forwarder.click", ""), "CONFIG names no configuration"),
        (lists.replace("OPT 2)", "OPT 2 LEVEL 3)"), "what is 'LEVEL;3'?"),
        (
            lists.replace("ttl CONFIG ../limiter.click", "ttl"),
            "pmill_add_library(ttl): CONFIG names no configuration",
        ),
        (lists.replace("pmill 0.1", "pmill 7.0"), "version: 0.1.0"),
    ):
        assert wrong != lists
        (project / "CMakeLists.txt").write_text(wrong)
        done = subprocess.run(
            [*command, f"-DPMILL_COMMAND={COMMAND}"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert told in " ".join(done.stderr.split())


def test_meson(samples: Path) -> None:
    project, folder = samples / "meson", samples / "meson" / "b"
    (project / "subprojects").mkdir()
    (project / "subprojects" / "pmill").symlink_to(where("meson"))
    run("meson", "setup", folder, cwd=project)

    def build() -> str:
        return run("meson", "compile", "-C", folder, cwd=project)

    build()
    outputs = {name: folder / name for name in ("limiter", "application")}
    run("meson", "test", "-C", folder, cwd=project)
    assert ttl_behind(folder / "limiter", samples) == 8
    assert ttl_behind(folder / "application", samples) == 16
    assert rebuilt(build, outputs) == set()
    change(samples / "elements" / "ip" / "limitipttl.hh")
    assert rebuilt(build, outputs) == {"limiter", "application"}
    change(samples / "ports.click")
    assert rebuilt(build, outputs) == {"limiter", "application"}


def test_make(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = samples / "make"
    monkeypatch.setenv("PKG_CONFIG_PATH", where("pkgconfig"))
    run("make", cwd=folder)
    outputs = {name: folder / name for name in ("limiter", "application")}
    assert ttl_behind(folder / "limiter", samples) == 16
    assert ttl_behind(folder / "application", samples) == 16
    assert rebuilt(lambda: run("make", cwd=folder), outputs) == set()
    change(samples / "elements" / "ip" / "limitipttl.hh")
    assert rebuilt(lambda: run("make", cwd=folder), outputs) == {"limiter", "application"}


def test_element_headers_compile_with_the_flags_of_pkg_config(
    samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PKG_CONFIG_PATH", where("pkgconfig"))
    flags = run("pkg-config", "--cflags", "pmill", cwd=samples).split()
    header = samples / "elements" / "ip" / "limitipttl.hh"
    run("clang++-19", "-fsyntax-only", "-x", "c++", "-march=native", *flags, header, cwd=samples)
