"""Binary data: files that arguments name become objects of the program."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import Product, compile_config
from pmill.options import CompileOptions

EXTRA = (Path(__file__).resolve().parent.parent / "elements" / "extra",)
TEXT = "InfiniteSource(LIMIT 3, STOP true) -> t :: Tabled(table.bin) -> Discard;"
NUMBERS = struct.pack("<4I", 1, 20, 300, 0xFFFFFFFF)


def compiled(folder: Path, text: str = TEXT, *, emit: str = "exe", level: int = 3) -> Product:
    options = CompileOptions(include=EXTRA, level=level)
    source = Source(str(folder / "c.click"), text)
    return compile_config(source, options, Diagnostics(), emit=emit)


def counters(product: Product) -> dict[str, int]:
    done = subprocess.run(
        [str(product.program), "--stats=json"], capture_output=True, timeout=60, check=True
    )
    return dict(json.loads(done.stdout)["elements"]["t"]["counters"])


@pytest.mark.parametrize("level", [0, 1, 3])
def test_a_program_has_the_bytes_of_a_file(level: int, tmp_path: Path) -> None:
    (tmp_path / "table.bin").write_bytes(NUMBERS + b"rest")
    expected = 321 + 0xFFFFFFFF + int.from_bytes(b"rest", "little")
    product = compiled(tmp_path, level=level)
    assert counters(product) == {"sum": 3 * expected, "items": 15, "odd": 0}


def test_another_content_is_another_program(tmp_path: Path) -> None:
    (tmp_path / "table.bin").write_bytes(NUMBERS)
    assert counters(compiled(tmp_path))["items"] == 12
    assert compiled(tmp_path).cached
    (tmp_path / "table.bin").write_bytes(struct.pack("<I", 7))
    again = compiled(tmp_path)
    assert not again.cached
    assert counters(again) == {"sum": 21, "items": 3, "odd": 0}


def test_equal_contents_are_there_once(tmp_path: Path) -> None:
    (tmp_path / "table.bin").write_bytes(NUMBERS)
    (tmp_path / "copy.bin").write_bytes(NUMBERS)
    text = "InfiniteSource -> Tabled(table.bin) -> Tabled(copy.bin) -> Discard;"
    cpp = compiled(tmp_path, text, emit="cpp").data
    assert cpp is not None
    assert cpp.count(b'extern "C" const std::byte') == 1
    assert cpp.count(b"table = Data{pmill_data_") == 2


def test_an_object_alone_has_its_data(tmp_path: Path) -> None:
    (tmp_path / "table.bin").write_bytes(b"the bytes of this table")
    data = compiled(tmp_path, emit="obj").data
    assert data is not None
    assert b"the bytes of this table" in data


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as error:
        compiled(tmp_path, emit="graph")
    message = str(error.value)
    assert "error[PM0496]: t :: Tabled: cannot read 'table.bin': No such file" in message
    assert "relative to the directory of the configuration" in message
