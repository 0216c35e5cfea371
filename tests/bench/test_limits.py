"""The hand-written programs do what the examples say, or they would be no measure."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from pmill.bench.contestants import LIMITS
from tests.conftest import slow
from tests.elements.ip_frames import ether, with_checksum
from tests.elements.test_workpackage import model as work_of
from tests.elements.transport import NUMBERS, packets
from tests.examples.test_paper import timeless
from tests.models.paper import PaperRouter
from tests.models.router import Router
from tests.traffic import malformed, read_pcap, router_mix, without_times, write_frames

EAL = ["--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m", "128"]

pytestmark = pytest.mark.skipif(shutil.which("clang-19") is None, reason="needs clang-19")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("limits")
    subprocess.run(["make", "-s", "-C", LIMITS, f"BUILD={build}"], check=True)
    return build


def run(
    program: Path, folder: Path, inputs: list[list[bytes]], *options: str
) -> tuple[dict, list[list[bytes]]]:
    """Run a program on one capture a port; returns its statistics and what each port sent."""
    words = [str(program), *options, "--expect", str(sum(map(len, inputs))), "--", *EAL]
    words += ["-l", "0"]
    for port, frames in enumerate(inputs):
        write_frames(folder / f"in{port}.pcap", frames)
        files = f"rx_pcap={folder}/in{port}.pcap,tx_pcap={folder}/out{port}.pcap"
        words += ["--vdev", f"net_pcap{port},{files}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    outputs = [read_pcap(folder / f"out{port}.pcap") for port in range(len(inputs))]
    return json.loads(done.stdout), [[frame for _, frame in sent] for sent in outputs]


@pytest.mark.parametrize("port", [0, 1])
@pytest.mark.parametrize("traffic", [slow(router_mix), malformed])
@pytest.mark.parametrize("name", ["router", "router_virtual"])
def test_router_does_what_the_model_does(
    programs: Path, tmp_path: Path, name: str, traffic, port: int
) -> None:
    frames = traffic(7, 4000)
    model = Router()
    expected: list[list[bytes]] = [[], []]
    for frame in frames:
        for out, sent in model.process(port, frame):
            expected[out].append(without_times(sent))
    inputs: list[list[bytes]] = [[], []]
    inputs[port] = frames
    statistics, outputs = run(programs / name, tmp_path, inputs)
    assert statistics["packets"] == len(frames)
    assert statistics["no_buffer"] == 0
    for out in (0, 1):
        actual = [without_times(frame) for frame in outputs[out]]
        for number, (a, e) in enumerate(zip(actual, expected[out], strict=False)):
            assert a.hex() == e.hex(), f"packet {number} of port {out}"
        assert len(actual) == len(expected[out])


def everything() -> list[bytes]:
    """Return frames of which every kind of packet is common enough."""
    mixed = [*router_mix(7, 3000, 0), *malformed(7, 3000)]
    transports = [
        ether(p) for kind in NUMBERS for p in packets(random.Random(8), kind, 1000) if len(p) >= 20
    ]
    return mixed + [f[:14] + with_checksum(f[14:]) for f in transports]


@pytest.mark.parametrize(
    "name",
    ["router_one", "router_ids_vlan", slow("router_work"), slow("router_work_turns")],
)
def test_routers_of_the_paper_do_what_the_models_do(
    programs: Path, tmp_path: Path, name: str
) -> None:
    frames, accepted = everything(), []
    inspects = name == "router_ids_vlan"
    model = PaperRouter(checks=inspects, vlan=100 if inspects else None, accepted=accepted.append)
    wanted = [timeless(sent) for frame in frames for _, sent in model.process(0, frame)]
    statistics, (sent,) = run(programs / name, tmp_path, [frames])
    for number, (a, e) in enumerate(zip(map(timeless, sent), wanted, strict=False)):
        assert a.hex() == e.hex(), f"packet {number}"
    assert len(sent) == len(wanted)
    assert statistics["no_buffer"] == 0
    assert statistics["0"]["checked"] == len(accepted)
    wrong = {f"{kind}: {why}" for kind in NUMBERS for why in ("fragment", "bad_checksum")}
    refused = sum(n for reason, n in model.drops.items() if reason.split(":")[0] in NUMBERS)
    assert statistics["refused"] == refused
    if inspects:
        assert wrong <= set(model.drops)
    worked = accepted if name.startswith("router_work") else []
    assert statistics["worked"] == len(worked)
    assert statistics["sum"] == work_of(worked, s=4, n=5, w=4)


def test_forwarder_swaps_addresses(programs: Path, tmp_path: Path) -> None:
    frames = [bytes(i & 0xFF for i in range(n)) for n in (12, 14, 64, 1500)]
    _, outputs = run(programs / "forwarder", tmp_path, [frames])
    assert outputs == [[frame[6:12] + frame[:6] + frame[12:] for frame in frames]]


def test_floor_changes_nothing(programs: Path, tmp_path: Path) -> None:
    frames = [bytes([i]) * 64 for i in range(100)]
    _, outputs = run(programs / "floor", tmp_path, [frames, []])
    assert outputs == [[], frames]
