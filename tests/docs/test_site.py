"""The documentation as a site: built without a warning, and readable as files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from pmill.reference import pages
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("material") is None, reason="`make docs` installs mkdocs"),
]
# What a page fetches when it is opened.
_FETCHED = re.compile(
    r'<(?:script|img)[^>]* src="([^"]*)"|<link[^>]*rel="stylesheet"[^>]*href="([^"]*)"'
)


def build(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # on what comes after it
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site), *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    done = build(tmp_path / "site")
    assert (done.returncode, re.findall("^WARNING.*", done.stderr, re.M)) == (0, []), done.stderr
    written = [str(p.relative_to(ROOT / "docs")) for p in (ROOT / "docs").rglob("*.md")]
    for page in (*written, *pages(ROOT)):
        html = (tmp_path / "site" / page).with_suffix(".html").read_text()
        assert "numbers=" not in html or page == "documentation.md", f"{page}: attributes"
        for found in _FETCHED.findall(html):
            assert "://" not in "".join(found), f"{page} fetches {found}"
    assert not (tmp_path / "site" / "hooks.py").exists()


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("[x](missing.md)\n")
    config = (ROOT / "mkdocs.yml").read_text().partition("\nnav:")[0]
    config = config.replace("hooks: [docs/hooks.py]\n", "").replace(
        "exclude_docs: hooks.py\nextra_css: [site.css]\n", ""
    )
    (tmp_path / "mkdocs.yml").write_text(config)
    done = build(tmp_path / "site", "--config-file", str(tmp_path / "mkdocs.yml"))
    assert done.returncode != 0
    assert "missing.md" in done.stderr
