"""Optimising changes nothing: every example does the same with passes and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Source
from pmill.options import CompileOptions
from pmill.verify import Verdict, report, verify
from pmill.verify.verifying import Request
from tests.conftest import slow
from tests.examples.conftest import EXAMPLES, everything
from tests.traffic import neighbours, write_frames

LEVELS = (slow(1), slow(2), 3)
# The ports on which each receives.
RECEIVING = {
    "forwarder": 1,
    "router": 2,
    "router-static": 2,
    "firewall-lite": 2,
    "capture": 0,
    "paper/forwarder": 1,
    "paper/router": 1,
    "paper/router-ids-vlan": 1,
    "paper/router-nat": 2,
    "paper/router-workpackage": 1,
}


# A NAT draws ports, which are to be the same ones each time.
MORE = {"paper/router-nat": "RandomSeed(1);\n"}


def check(name: str, folder: Path, *, level: int = 3, each: bool = False) -> Verdict:
    """Verify an example on all traffic there is, beside what is generated for it."""
    path = EXAMPLES / f"{name}.click"
    captures = [
        f"{port}={write_frames(folder / f'{port}.pcap', [*neighbours(port), *everything(port)])}"
        for port in range(RECEIVING[name])
    ]
    if not captures:
        captures = [str(write_frames(folder / "all.pcap", everything(0)))]
    request = Request(
        source=Source(path.name, path.read_text() + MORE.get(name, "")),
        options=CompileOptions(level=level),
        captures=tuple(captures),
        each=each,
        bisect=True,
        folder=folder,
    )
    verdict = verify(request)
    if not verdict.equal:
        pytest.fail(report.text(verdict), pytrace=False)
    return verdict


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", RECEIVING)
def test_an_example_does_the_same(name: str, level: int, tmp_path: Path) -> None:
    verdict = check(name, tmp_path, level=level)
    sent = verdict.reference.sent
    assert all(sent.values()), "an output that nothing leaves on compares nothing"
    assert not verdict.left_out
    assert verdict.reference.handlers


@pytest.mark.verify
@pytest.mark.parametrize("name", RECEIVING)
def test_pass_by_pass(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, each=True)


def test_every_example_is_verified() -> None:
    names = {str(p.relative_to(EXAMPLES).with_suffix("")) for p in EXAMPLES.rglob("*.click")}
    names = {name for name in names if not name.startswith("build/")}  # tests/building runs these
    assert names == set(RECEIVING)
