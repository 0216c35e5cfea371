"""What `pmill doctor` says of machines that lack something, by doctored paths."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from pmill.doctor import af_xdp, compiling, running
from tests.conftest import run_pmill

NEEDED = ("clang++-19", "pkg-config", "ld.lld-19", "ld.lld")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with the programs that pmill needs, and no others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        if (found := shutil.which(name)) is not None:
            (folder / name).symlink_to(found)
    return folder


def program(folder: Path, name: str, text: str) -> None:
    """Put a script in the place of a program."""
    file = folder / name
    file.unlink(missing_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def doctor(path: Path, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = run_pmill("doctor", "--json", env={"PATH": str(path)} | environment)
    assert done.stderr == ""
    return done.returncode, {f["about"]: f for f in json.loads(done.stdout)}


def test_a_machine_that_has_all(path: Path) -> None:
    status, found = doctor(path)
    assert status == 0, found
    needed = ("Python", "llvmlite", "clang", "lld", "pkg-config", "DPDK", "drivers", "cache")
    assert {name: found[name]["verdict"] for name in needed} == dict.fromkeys(needed, "ok")
    assert found["compiling"]["verdict"] == "ok"
    assert "19." in found["clang"]["text"]


def test_without_clang(path: Path) -> None:
    (path / "clang++-19").unlink()
    status, found = doctor(path)
    assert status == 1
    assert found["clang"]["verdict"] == found["lld"]["verdict"] == "missing"
    assert found["clang"]["advice"] == "apt-get install clang-19 lld-19"
    assert found["DPDK"]["verdict"] == "ok"
    assert "compiling" not in found


def test_without_dpdk(path: Path, tmp_path: Path) -> None:
    status, found = doctor(path, PKG_CONFIG_LIBDIR=str(tmp_path), PKG_CONFIG_PATH="")
    assert status == 1
    assert found["DPDK"]["verdict"] == found["drivers"]["verdict"] == "missing"
    assert found["DPDK"]["advice"] == "apt-get install libdpdk-dev dpdk dpdk-dev"
    assert found["clang"]["verdict"] == "ok"


def test_without_anything(tmp_path: Path) -> None:
    status, found = doctor(tmp_path)
    assert status == 1
    lacking = {name for name, f in found.items() if f["verdict"] == "missing"}
    assert lacking == {"clang", "lld", "pkg-config", "DPDK", "drivers"}
    assert found["pkg-config"]["advice"] == "apt-get install pkg-config"
    assert all(f["advice"] for f in found.values() if f["verdict"] != "ok")


@pytest.mark.parametrize(
    ("version", "verdict", "told"),
    [
        ("20.11.3", "too old", "22.11 is the oldest"),
        ("29.11.0", "note", "was tested with 22.11, 24.11"),
    ],
)
def test_another_dpdk(version: str, verdict: str, told: str, path: Path) -> None:
    real = shutil.which("pkg-config")
    program(
        path,
        "pkg-config",
        f'[ "$1" = --modversion ] && echo {version} && exit; exec {real} "$@"',
    )
    _, found = doctor(path)
    assert found["DPDK"]["verdict"] == verdict
    assert told in found["DPDK"]["text"]


@pytest.mark.parametrize(
    ("version", "told"), [("14.0.6", "is older than 19"), ("99.1.0", "newer than llvmlite's LLVM")]
)
def test_another_clang(
    version: str, told: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(path, "clang++-19", f"echo Debian clang version {version}")
    monkeypatch.setenv("PATH", str(path))
    found = compiling.clang()
    assert found.verdict == "note"
    assert told in found.text
    assert "clang-19" in found.advice


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMILL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = compiling.cache()
    assert (found.verdict, found.bad) == ("missing", True)
    assert "PMILL_CACHE" in found.advice


def device(folder: Path, address: str, kind: str, driver: str) -> None:
    (folder / address).mkdir(parents=True)
    (folder / address / "class").write_text(f"{kind}\n")
    if driver:
        (folder / "drivers" / driver).mkdir(parents=True, exist_ok=True)
        (folder / address / "driver").symlink_to(folder / "drivers" / driver)


@pytest.mark.parametrize(
    ("driver", "verdict", "told"),
    [
        ("vfio-pci", "ok", "for DPDK: 0000:01:00.0 (vfio-pci)"),
        ("mlx5_core", "ok", "for DPDK: 0000:01:00.0 (mlx5_core)"),
        ("ixgbe", "note", "the kernel has 0000:01:00.0 (ixgbe)"),
        ("", "note", "the kernel has 0000:01:00.0 (no driver)"),
    ],
)
def test_devices(
    driver: str, verdict: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(tmp_path, "0000:01:00.0", "0x020000", driver)
    device(tmp_path, "0000:02:00.0", "0x030000", "amdgpu")
    monkeypatch.setattr(running, "_PCI", tmp_path)
    found = running.devices()
    assert (found.verdict, told in found.text) == (verdict, True)
    assert ("dpdk-devbind.py --bind=vfio-pci 0000:01:00.0" in found.advice) == (verdict == "note")


def test_hugepages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_HUGE", tmp_path)
    assert running.hugepages().verdict == "note"
    pool = tmp_path / "hugepages-2048kB"
    pool.mkdir()
    (pool / "nr_hugepages").write_text("64\n")
    (pool / "free_hugepages").write_text("60\n")
    assert "60 of 64 x 2 MiB free" in running.hugepages().text


def test_it_prints_a_line_a_thing(path: Path) -> None:
    (path / "clang++-19").unlink()
    lines = run_pmill("doctor", env={"PATH": str(path)}).stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("missing  clang "))
    assert lines[at + 1].strip() == "-> apt-get install clang-19 lld-19"


def test_without_libbpf(path: Path, tmp_path: Path) -> None:
    """Nothing but ports xdp: needs it, so that it is no fault."""
    shutil.copy(find_pc("libdpdk"), tmp_path / "libdpdk.pc")
    _, found = doctor(path, PKG_CONFIG_LIBDIR=str(tmp_path), PKG_CONFIG_PATH="")
    assert found["libbpf"]["verdict"] == "note"
    assert found["libbpf"]["advice"] == "apt-get install libbpf-dev"


def find_pc(name: str) -> Path:
    found = sorted(Path("/usr/lib").glob(f"*/pkgconfig/{name}.pc"))
    if not found:
        pytest.skip(f"{name}.pc is not where Debian puts it")
    return found[0]


def with_capabilities(folder: Path, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "status").write_text(f"Name:\tx\nCapEff:\t{held:016x}\n")
    monkeypatch.setattr(af_xdp, "_STATUS", folder / "status")
    monkeypatch.setattr(af_xdp, "_socket_error", lambda: 0)


NET_ADMIN, NET_RAW, IPC_LOCK, SYS_ADMIN, BPF = (1 << n for n in (12, 13, 14, 21, 39))
ALL = NET_ADMIN | NET_RAW | IPC_LOCK | BPF


@pytest.mark.parametrize(
    ("held", "lacking"),
    [
        (ALL, ""),
        (NET_ADMIN | NET_RAW | IPC_LOCK | SYS_ADMIN, ""),
        (ALL & ~BPF, "cap_bpf"),
        (NET_ADMIN | BPF, "cap_net_raw, cap_ipc_lock"),
        (0, "cap_net_raw, cap_net_admin, cap_bpf, cap_ipc_lock"),
    ],
)
def test_rights_for_af_xdp(
    held: int, lacking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_capabilities(tmp_path, held, monkeypatch)
    found = af_xdp.af_xdp()
    assert found.verdict == ("note" if lacking else "ok")
    assert found.text.endswith(f"lacks {lacking}" if lacking else "xdp:INTERFACE")
    assert ("setcap cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock+ep" in found.advice) == bool(
        lacking
    )


@pytest.mark.parametrize(
    ("release", "error", "told"),
    [
        ("4.19.0-27-amd64", 0, "Linux 4.19.0-27-amd64 is too old"),
        ("6.1.0", errno.EAFNOSUPPORT, "without CONFIG_XDP_SOCKETS"),
        ("6.1.0", errno.EMFILE, "no socket: Too many open files"),
    ],
)
def test_kernels_without_af_xdp(
    release: str, error: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_capabilities(tmp_path, ALL, monkeypatch)
    monkeypatch.setattr(af_xdp, "_socket_error", lambda: error)
    real = os.uname()
    monkeypatch.setattr(
        os, "uname", lambda: os.uname_result((real[0], real[1], release, real[3], real[4]))
    )
    found = af_xdp.af_xdp()
    assert (found.verdict, told in found.text) == ("note", True)
    assert found.advice
