"""What a program that does not start says of the machine's NICs, for machines that this one is not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.runtime.conftest import build_checks


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_checks("advice_checks.cc", tmp_path_factory.mktemp("advice"))


def device(folder: Path, address: str, kind: str, driver: str) -> None:
    (folder / address).mkdir(parents=True)
    (folder / address / "class").write_text(f"{kind}\n")
    if driver:
        (folder / address / "driver").symlink_to(f"../../../bus/pci/drivers/{driver}")


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ((), "this machine has no NIC on PCI"),
        ((("0000:00:02.0", "0x030000", "i915"),), "this machine has no NIC on PCI"),
        (
            (("0000:01:00.1", "0x020000", "ixgbe"), ("0000:01:00.0", "0x020000", "")),
            "the kernel has the NICs 0000:01:00.0 (no driver), 0000:01:00.1 (ixgbe): "
            "dpdk-devbind.py --bind=vfio-pci ADDRESS gives one to DPDK",
        ),
        (
            (("0000:01:00.0", "0x020000", "ixgbe"),),
            "the kernel has the NIC 0000:01:00.0 (ixgbe): "
            "dpdk-devbind.py --bind=vfio-pci ADDRESS gives one to DPDK",
        ),
        (
            (("0000:01:00.0", "0x020000", "ixgbe"), ("0000:02:00.0", "0x020000", "vfio-pci")),
            "DPDK can have 0000:02:00.0 (vfio-pci): -- -a ADDRESS",
        ),
        (
            (("0000:02:00.0", "0x020000", "mlx5_core"),),
            "DPDK can have 0000:02:00.0 (mlx5_core): -- -a ADDRESS",
        ),
    ],
)
def test_nics(
    devices: tuple[tuple[str, str, str], ...], told: str, said: Path, tmp_path: Path
) -> None:
    for address, kind, driver in devices:
        device(tmp_path, address, kind, driver)
    done = subprocess.run([said, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == f"{told}\n"
