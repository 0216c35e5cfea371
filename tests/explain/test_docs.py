"""What docs/explaining.md says of the forms for programs is what the commands write.

That they print what it shows, tests/docs finds out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, Pmill
from tests.docs.markdown import blocks

TEXT = (ROOT / "docs" / "explaining.md").read_text()
NAMED = set(re.findall(r"`(\w+)`", TEXT))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with the configuration of the document."""
    (first,) = [b for b in blocks("explaining.md", TEXT) if "title" in b.attributes]
    (tmp_path / first.attributes["title"]).write_text(first.text)
    return tmp_path


def test_json_has_the_keys_of_the_document(folder: Path, pmill: Pmill) -> None:
    done = pmill("explain", "mirror.click", "--format=json", cwd=folder)
    told = json.loads(done.stdout)
    table = TEXT.partition("### As JSON")[2].partition("## pmill layout")[0]
    documented = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", table, re.M)))
    assert set(documented) == set(told)
    assert set(told["layout"]) <= NAMED
    for key in ("elements", "connections", "calls"):
        assert set(told[key][0]) <= set(re.findall(r"`(\w+)`", table)), key


def test_a_manifest_has_the_keys_of_the_document(folder: Path, pmill: Pmill) -> None:
    done = pmill("compile", "mirror.click", "-o", "x", "--manifest", "mirror.json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads((folder / "mirror.json").read_text())
    assert set(told) - {"pmill", "configuration"} <= NAMED
