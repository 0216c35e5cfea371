"""What running needs, or can use: memory, permissions, devices and what the CPU can do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pmill.doctor.finding import Finding, missing, note, ok

_HUGE: Final = Path("/sys/kernel/mm/hugepages")
_PCI: Final = Path("/sys/bus/pci/devices")
_NETWORK_CLASS: Final = "0x02"
_FOR_DPDK: Final = ("vfio-pci", "uio_pci_generic", "igb_uio")
# These stay with the kernel's driver: DPDK's drives them through it.
_BIFURCATED: Final = ("mlx4_core", "mlx5_core", "mana")
_LEAST_MIB: Final = 512


def cpu() -> Finding:
    """Say what the CPU can do; DPDK's packages need SSE4.2."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return note("CPU", "/proc/cpuinfo cannot be read")
    flags = set((re.search(r"(?m)^flags\s*:(.*)$", text) or [" ", " "])[1].split())
    model = (re.search(r"(?m)^model name\s*:\s*(.*)$", text) or ["", "unknown"])[1]
    if "sse4_2" not in flags:
        return missing("CPU", f"{model}: it lacks SSE4.2", "DPDK needs an x86-64-v2 processor")
    wide = "AVX-512" if "avx512vl" in flags else "AVX2" if "avx2" in flags else "SSE4.2"
    return ok("CPU", f"{os.cpu_count()} x {model}, {wide}")


def memory() -> Finding:
    """Say how much memory is free, and what of it hugepages are."""
    found = dict(re.findall(r"(?m)^(\w+):\s+(\d+)", _read(Path("/proc/meminfo"))))
    free = int(found.get("MemAvailable", 0)) >> 10
    if free < _LEAST_MIB:
        return missing("memory", f"{free} MiB available", f"free {_LEAST_MIB} MiB")
    return ok("memory", f"{free:,} MiB available")


def hugepages() -> Finding:
    """Say which hugepages there are. None are needed."""
    pools = []
    for pool in sorted(_HUGE.glob("hugepages-*kB")):
        total = int(_read(pool / "nr_hugepages") or 0)
        if total:
            unused = int(_read(pool / "free_hugepages") or 0)
            pools.append(f"{unused} of {total} x {int(pool.name[10:-2]) >> 10} MiB free")
    if not pools:
        advice = "sysctl vm.nr_hugepages=512 reserves 1 GiB; programs are faster with them"
        return note("hugepages", "none reserved; programs do without", advice)
    if not _is_mounted("hugetlbfs"):
        advice = "mkdir -p /dev/hugepages && mount -t hugetlbfs none /dev/hugepages"
        return note("hugepages", f"{', '.join(pools)}, but no hugetlbfs is mounted", advice)
    return ok("hugepages", ", ".join(pools))


def permissions() -> Finding:
    """Say what this user may do with devices."""
    if os.geteuid() == 0:
        return ok("permissions", "root: interfaces of the kernel and NICs can be used")
    groups = [
        p for p in sorted(Path("/dev/vfio").glob("[0-9]*")) if os.access(p, os.R_OK | os.W_OK)
    ]
    if groups:
        return ok("permissions", f"{len(groups)} VFIO groups can be used; no kernel interfaces")
    advice = "run programs as root to use NICs or interfaces of the kernel"
    return note("permissions", "not root: captures and software interfaces only", advice)


def devices() -> Finding:
    """Say which network devices there are, and which of them DPDK can take."""
    bound: list[str] = []
    others: list[str] = []
    for address, driver in _network_devices():
        usable = driver in _FOR_DPDK or driver in _BIFURCATED
        (bound if usable else others).append(f"{address} ({driver or 'no driver'})")
    if bound:
        return ok("NICs", f"for DPDK: {', '.join(bound)}")
    if others:
        address = others[0].split()[0]
        advice = f"dpdk-devbind.py --bind=vfio-pci {address}  # with all that goes over it"
        return note("NICs", f"none for DPDK; the kernel has {', '.join(others)}", advice)
    return note("NICs", "none on PCI: captures, software and kernel interfaces can be used")


def _network_devices() -> Iterator[tuple[str, str]]:
    """The addresses and drivers of network devices on PCI."""
    for device in sorted(_PCI.glob("*")):
        if _read(device / "class").startswith(_NETWORK_CLASS):
            driver = device / "driver"
            yield device.name, driver.resolve().name if driver.exists() else ""


def _is_mounted(kind: str) -> bool:
    return any(f" {kind} " in line for line in _read(Path("/proc/mounts")).splitlines())


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
