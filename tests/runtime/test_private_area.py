"""Mbufs have private areas where packets lie in them, and none otherwise."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from pmill.toolchain import find_tools
from tests.conftest import Compiled, Pmill, Written
from tests.runtime.conftest import write_capture

SOURCE = Path(__file__).with_name("private_area.c")
WAY = "FromDPDKDevice(0) -> {} ToDPDKDevice(0);\n"
QUEUE = WAY.format("q :: Queue(64) -> Unqueue ->")


@pytest.fixture(scope="module")
def preload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tools = find_tools()
    library = tmp_path_factory.mktemp("private") / "private_area.so"
    command = [str(tools.clang), "-x", "c", "-D_GNU_SOURCE", "-shared", "-fPIC", "-w"]
    command += [*tools.dpdk_cflags, "-march=native", str(SOURCE), "-o", str(library)]
    subprocess.run(command, check=True)
    return library


def private_bytes(program: Path, preload: Path) -> int:
    capture = write_capture(preload.with_name("in.pcap"), [bytes(60)] * 5)
    eal = ["--no-huge", "--no-pci", "--no-telemetry", "--vdev", f"net_pcap0,rx_pcap={capture}"]
    command = [str(program), "--expect", "0=5", "--", *eal]
    environment = {**os.environ, "LD_PRELOAD": str(preload)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stderr}"
    found = {int(n) for n in re.findall(r"private area: (\d+)", done.stderr)}
    assert len(found) == 1, done.stderr
    return found.pop()


@pytest.mark.parametrize(
    ("text", "options", "least", "most"),
    [
        (WAY.format(""), (), 0, 0),
        (WAY.format("Paint(3) -> CheckPaint(3) ->"), (), 0, 0),
        (QUEUE, (), 1, 128),
        (WAY.format("EtherEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2) ->"), ("-O0",), 1, 128),
        (WAY.format(""), ("--disable-pass", "devirtualize"), 1, 128),
        (QUEUE, ("--metadata", "copying"), 0, 0),  # of mbufs: the records have them
    ],
)
def test_as_large_as_needed(
    text: str,
    options: tuple[str, ...],
    least: int,
    most: int,
    compiled: Compiled,
    preload: Path,
    written: Written,
) -> None:
    found = private_bytes(compiled(written(text), *options), preload)
    assert least <= found <= most
    assert found % 64 == 0


def test_who_parks_says_so(tmp_path: Path, pmill: Pmill) -> None:
    """An element that keeps packets, and does not say so, would write where frames lie."""
    (tmp_path / "parking.hh").write_text(
        """#pragma once
#include <pmill/element.hh>
namespace pmill::elements {
/// Keeps one packet.
/// @group basic
/// @example Idle -> Parking -> Discard;
struct Parking {
  static constexpr Spec spec{.processing = "h/h", .workers = "any"};
  struct State {
    Buffer last = nullptr;
  };
  static void push(auto &self, auto &packet) {
    if (self.state.last) self.worker.discard(self.state.last);
    self.state.last = park(self, packet);
  }
};
}  // namespace pmill::elements
"""
    )
    config = tmp_path / "parks.click"
    config.write_text(WAY.format("Parking ->"))
    done = pmill("compile", "-I", str(tmp_path), str(config), "-o", str(tmp_path / "parks"))
    assert done.returncode != 0
    assert "keeps" in done.stderr
