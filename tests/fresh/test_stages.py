"""The stages of the Dockerfile, run as scripts in bare Debians: no image can be had everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_pmill
from tests.traffic import read_pcap, router_mix, without_times, write_frames

pytestmark = pytest.mark.fresh
CONFIG = "examples/router-static.click"
BUILD = f"""
  DRIVERS=net_pcap deploy/container/build-stage . {CONFIG} --march x86-64-v3
  cp -r /out /mnt/
  cp deploy/container/run-stage deploy/container/start /mnt/out/
"""
RUN = """
  cp -r /mnt/out /opt/pmill
  /opt/pmill/run-stage /opt/pmill
  cd /mnt
  for tool in clang-19 gcc cc python3 pmill ld; do
    if command -v $tool; then echo "$tool is here"; exit 1; fi
  done
  PMILL_OPTIONS="--expect 0=300 --stats=json" PMILL_EAL="--no-huge -m 256 --no-pci
    --vdev net_pcap0,rx_pcap=in.pcap,tx_pcap=out0.pcap --vdev net_pcap1,rx_pcap=none.pcap,tx_pcap=out1.pcap" \
    /opt/pmill/start >stats.json
"""


def in_debian(suite: str, command: str, share: Path) -> None:
    env = os.environ | {"FRESH_BARE": "1", "FRESH_SHARE": str(share)}
    env.pop("FRESH_KEEP", None)
    done = subprocess.run(
        [ROOT / "tests" / "fresh" / "debian", suite, command],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_both_stages(suite: str, tmp_path: Path) -> None:
    """The program of the run stage sends what the router sends here."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        pytest.skip("bare Debians take root, and debootstrap")
    frames = router_mix(8, 300, 0)
    given = write_frames(tmp_path / "in.pcap", frames)
    write_frames(tmp_path / "none.pcap", [])
    in_debian(suite, BUILD, tmp_path)
    packages = (tmp_path / "out" / "packages").read_text().split()
    assert any(name.startswith("librte-eal") for name in packages)
    assert any(name.startswith("librte-net-pcap") for name in packages)
    assert not any(name.endswith("-dev") for name in packages)
    in_debian(suite, RUN, tmp_path)

    wanted = tmp_path / "wanted.pcap"
    done = run_pmill("run", ROOT / CONFIG, "--pcap", f"0={given}", "--out", f"1={wanted}")
    assert done.returncode == 0, done.stderr

    def sent(capture: Path) -> list[bytes]:
        return [without_times(frame) for _, frame in read_pcap(capture)]

    assert len(sent(wanted)) > 100
    assert sent(tmp_path / "out1.pcap") == sent(wanted)
