from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import run_program

ARGUMENTS = [
    "",
    "10.0.0.1/8",
    'SPEED 3, "and so on", , a b c',
    "CONFIG x, ACTIVE",
    '!live, $, \\<00 ff>, "a, b"',
]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_packets_are_dropped_and_counted(
    run_element: RunElement, arguments: str, level: int
) -> None:
    result = run_element(f"Error({arguments})", [b"a" * 60, b""], outputs=0, level=level)
    assert result.counters["e.drops"] == 2


@pytest.mark.parametrize("level", [0, 3])
def test_any_ports(tmp_path_factory: pytest.TempPathFactory, level: int) -> None:
    text = """
    InfiniteSource(LIMIT 3, STOP true) -> t :: Tee(2);
    t[0] -> e :: Error(whatever) -> c0 :: Counter -> Discard;
    t[1] -> [1] e [1] -> c1 :: Counter -> Discard;
    Error -> [2] e;
    Error(alone);
    """
    run = run_program(tmp_path_factory.mktemp("error"), text, level=level)
    assert run.returncode == 0, run.stderr
    assert run.counters["e.drops"] == 6
    assert {run.counters.get(f"c{n}.count", 0) for n in (0, 1)} == {0}


@pytest.mark.parametrize("level", [0, 3])
def test_nothing_can_be_pulled(tmp_path_factory: pytest.TempPathFactory, level: int) -> None:
    text = """
    InfiniteSource(LIMIT 3, STOP true) -> Discard;
    Error(whatever) -> u :: Unqueue -> Discard;
    """
    run = run_program(tmp_path_factory.mktemp("pull"), text, level=level)
    assert run.returncode == 0, run.stderr
    assert run.counters.get("u.count", 0) == 0
