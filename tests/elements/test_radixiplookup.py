from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.route_elements import check_changes


@pytest.mark.parametrize("level", [0, 3])
def test_its_table_can_be_changed(tmp_path: Path, level: int) -> None:
    check_changes(tmp_path, "RadixIPLookup", level=level, flush=True)
