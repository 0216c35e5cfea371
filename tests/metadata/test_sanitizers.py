"""In no metadata model does malformed traffic make a program touch what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Compiled
from tests.examples.conftest import EXAMPLES, rough
from tests.examples.test_sanitizers import OVERREAD, reports
from tests.metadata.kit import Device, compile_words, fitting, run

SANITIZE = ("--sanitize", "address,undefined")


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("forwarder", 1),
        pytest.param("router", 2, marks=pytest.mark.slow),
        pytest.param("firewall-lite", 2, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    ("model", "device"),
    [pytest.param("copying", "net_pcap", marks=pytest.mark.slow), ("xchange", "stepped")],
)
def test_no_report(
    name: str, ports: int, model: str, device: Device, compiled: Compiled, tmp_path: Path
) -> None:
    more = ("MTU=576",) if name == "router" else ()
    program = compiled(
        EXAMPLES / f"{name}.click", *compile_words(model, device, ports, *SANITIZE, *more)
    )
    inputs = {port: fitting(rough(port)) for port in range(ports)}
    outcome = run(program, device, tmp_path, inputs, ports=ports)
    assert not reports(outcome.stderr)
    assert outcome.status == 0
    assert all(outcome.sent)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "device"),
    [pytest.param("copying", "net_pcap", marks=pytest.mark.slow), ("xchange", "stepped")],
)
def test_control_is_reported(
    model: str, device: Device, compiled: Compiled, tmp_path: Path
) -> None:
    """The element that reads one byte too far is found: the tests above can fail."""
    words = compile_words(model, device, 1, "-I", str(OVERREAD), *SANITIZE)
    program = compiled(OVERREAD / "overread.click", *words)
    frames = fitting(rough(0))[:40]
    outcome = run(program, device, tmp_path, {0: frames}, ports=1)
    assert outcome.status == 1
    assert "AddressSanitizer: use-after-poison" in outcome.stderr
    assert "READ of size 1" in outcome.stderr
