from __future__ import annotations

from pmill.graph import field_bits, field_names, fields_at
from pmill.graph.metadata import all_bits, fields


def test_the_header_is_read_whole() -> None:
    assert (fields()["paint"].offset, fields()["paint"].size) == (17, 1)
    assert (fields()["first_timestamp"].offset, fields()["first_timestamp"].size) == (32, 8)
    assert fields()["network"].offset is None
    assert field_bits(["network"]) == 1 << 49
    assert field_bits(["paint2"]) == 0b11 << 16


def test_all_fields_together_are_meta_all() -> None:
    assert field_bits(field_names()) == all_bits() == field_bits(["all"])


def test_annotations_share_bytes() -> None:
    assert fields_at(17, 1) == ("paint2", "paint")
    assert fields_at(20, 2) == ("vlan_tci", "aggregate")
    assert fields_at(18, 1) == ("byte18",)
