from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import refusal
from tests.elements.route_elements import check_changes


@pytest.mark.parametrize("level", [0, 3])
def test_its_table_can_be_changed(tmp_path: Path, level: int) -> None:
    check_changes(tmp_path, "LinearIPLookup", level=level, flush=False)


def test_a_list_has_no_flush() -> None:
    text = "InfiniteSource(LIMIT 1, END_CALL r.flush) -> r :: LinearIPLookup(0/0 0) -> Discard;"
    assert "no 'r.flush' handler" in refusal(text)
