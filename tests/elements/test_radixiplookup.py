from __future__ import annotations

from pathlib import Path

import pytest

from tests.control.programs import ask
from tests.elements.route_elements import check_changes

TWO_WORKERS = ("--lcores", "0@0,1@0,2@1")


@pytest.mark.parametrize("level", [0, 3])
def test_its_table_can_be_changed(tmp_path: Path, level: int) -> None:
    check_changes(tmp_path, "RadixIPLookup", level=level, flush=True)


@pytest.mark.parametrize("level", [0, 3])
def test_its_table_changes_under_two_workers(level: int) -> None:
    """Every packet goes where the table says before a change or after it, and none is lost."""
    text = """
        s0 :: InfiniteSource(LIMIT -1) -> SetIPAddress(10.0.0.1) -> r :: RadixIPLookup(10.0.0.0/8 0);
        s1 :: InfiniteSource(LIMIT -1) -> SetIPAddress(10.0.1.1) -> r;
        StaticThreadSched(s0 0, s1 1);
        r[0] -> a :: Counter -> Discard;
        r[1] -> b :: Counter -> Discard;
        DriverManager(set n 0, label again, set n $(add $n 1),
          write r.add 10.0.0.0/24 1, write r.ctrl add 10.0.1.1/32 1, wait 1ms,
          write r.remove 10.0.0.0/24, write r.remove 10.0.1.1, wait 1ms,
          goto again $(lt $n 40),
          write s0.active false, write s1.active false, wait 1ms,
          print $(eq $(add $(a.count) $(b.count)) $(add $(s0.count) $(s1.count))),
          print $(gt $(b.count) 0) $(r.no_route), print r.table, stop);
    """
    done = ask(text, level=level, eal=TWO_WORKERS)
    assert (done.returncode, done.stdout) == (0, "true\ntrue 0\n10.0.0.0/8\t-\t0\n")
