"""What a program depends on, as make and ninja read it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill import __version__
from pmill.building import depfile, element_headers
from pmill.resources import building_dir, runtime_dir
from tests.conftest import ROOT, run_pmill

ELEMENTS = runtime_dir() / "elements"
INCLUDE = runtime_dir() / "include"


def names(headers: list[Path], folder: Path) -> set[str]:
    return {str(h.relative_to(folder)) for h in headers if h.is_relative_to(folder)}


def test_headers_include_headers() -> None:
    found = element_headers(["ip/decipttl.hh"], [])
    assert names(found, ELEMENTS) == {"ip/decipttl.hh"}
    assert {"pmill/net/ip.hh", "pmill/packet.hh", "pmill/run.hh"} <= names(found, INCLUDE)
    assert found == sorted(set(found))


def test_what_no_class_includes_is_not_there() -> None:
    assert "pmill/net/arp_table.hh" not in names(element_headers(["basic/paint.hh"], []), INCLUDE)


def test_ones_own_win_and_include_their_neighbours(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "paint.hh").write_text('#include "near.hh"\n#  include <pmill/text.hh>\n')
    (tmp_path / "own" / "near.hh").write_text("#include <vector>\n#include <own/paint.hh>\n")
    found = element_headers(["own/paint.hh"], [tmp_path])
    assert names(found, tmp_path) == {"own/paint.hh", "own/near.hh"}
    assert "pmill/text.hh" in names(found, INCLUDE)


@pytest.mark.parametrize("stage", ["exe", "obj", "cpp"])
def test_the_command_writes_it(stage: str, tmp_path: Path) -> None:
    (tmp_path / "lib.click").write_text("elementclass L { input -> Null -> output }")
    (tmp_path / "routes.txt").write_text("0.0.0.0/0 0\n")
    config = tmp_path / "x.click"
    config.write_text(
        "require(library lib.click);\nFromDPDKDevice(0) -> Strip(14) -> CheckIPHeader -> L\n"
        f"  -> LinearIPLookup(FILE {tmp_path}/routes.txt) -> Unstrip(14) -> ToDPDKDevice(0);\n"
    )
    output, rules = tmp_path / "x", tmp_path / "x.d"
    for _ in range(2):  # the second time the program is in the cache
        done = run_pmill(
            "compile", config, f"--emit={stage}", "-o", output, "--depfile", rules, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        listed = rules.read_text().split("\n\n")[0]
        for needed in (
            config,
            tmp_path / "lib.click",
            tmp_path / "routes.txt",
            ELEMENTS / "basic" / "null.hh",  # it is gone before there is code
            ELEMENTS / "ip" / "checkipheader.hh",
        ):
            assert str(needed) in listed
        rules.unlink()


@pytest.mark.parametrize("name", ["plain", "with space", "with$dollar", "with#hash"])
def test_make_reads_every_name(name: str, tmp_path: Path) -> None:
    source = tmp_path / name
    source.write_text("")
    (tmp_path / "x.d").write_text(depfile("target", [source, tmp_path / "gone"]))
    (tmp_path / "Makefile").write_text("target:\n\t@echo made; touch target\ninclude x.d\n")

    def make() -> str:
        done = subprocess.run(
            ["make", "-s"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout

    (tmp_path / "gone").write_text("")
    assert make() == "made\n"
    assert make() == ""
    (tmp_path / "gone").unlink()  # a header that is included no more is no error
    assert make() == "made\n"


def test_versions_agree() -> None:
    text = (building_dir("pkgconfig") / "pmill.pc").read_text()
    assert f"\nVersion: {__version__}\n" in text
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("tool", ["cmake", "meson", "pkgconfig"])
def test_a_folder_is_one_line_however_narrow_the_terminal(tool: str) -> None:
    done = run_pmill(f"--{tool}dir", env={"COLUMNS": "20"})
    assert (done.returncode, done.stdout) == (0, f"{building_dir(tool)}\n")
