"""Malformed packets make no example read or write where it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Pmill
from tests.examples.conftest import EXAMPLES, Ran, rough
from tests.traffic import malformed, write_frames

SANITIZE = ("--sanitize", "address,undefined")
OVERREAD = Path(__file__).parent / "overread"
# The router with a short link fragments more.
DEVICES = (
    ("forwarder", 1, ()),
    ("router", 2, ("MTU=576",)),
    ("router-static", 2, ("MTU=576",)),
    ("firewall-lite", 2, ()),
    ("paper/router-ids-vlan", 1, ("MTU=576",)),
    ("paper/router-workpackage", 1, ("N=20",)),
)
_REPORTS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


@pytest.mark.parametrize(
    ("name", "ports", "variables"),
    [pytest.param(*d, marks=() if d[0] == "router" else pytest.mark.slow) for d in DEVICES],
)
def test_no_report(ran: Ran, name: str, ports: int, variables: tuple[str, ...]) -> None:
    inputs = {port: rough(port) for port in range(ports)}
    result = ran(EXAMPLES / f"{name}.click", inputs, *SANITIZE, *variables, ports=ports)
    assert not reports(result.stderr)
    assert all(result.sent)


def test_no_report_of_capture(sorted_captures) -> None:
    good, rest, stderr = sorted_captures([(i * 1000, f) for i, f in enumerate(rough(0))], *SANITIZE)
    assert not reports(stderr)
    assert good
    assert rest


def test_control_is_reported(pmill: Pmill, tmp_path: Path) -> None:
    """The element that reads one byte too far is found: the tests above can fail."""
    capture = write_frames(tmp_path / "in.pcap", [f for f in malformed(1, 40) if f])
    result = pmill(
        "run",
        OVERREAD / "overread.click",
        *("-I", OVERREAD),
        *SANITIZE,
        *("--pcap", capture),
        *("--out", tmp_path / "out.pcap"),
    )
    assert result.returncode != 0
    assert "AddressSanitizer: use-after-poison" in result.stderr
    assert "READ of size 1" in result.stderr


def reports(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if any(word in line for word in _REPORTS)]
