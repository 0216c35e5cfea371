"""What mkdocs is told beyond mkdocs.yml: generated pages, and how fences are written here.

The generated pages come from pmill/reference; an entry of the navigation that ends in `/` stands
for all pages of that folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from pmill.reference import for_readers, linked, pages

ROOT = Path(__file__).resolve().parent.parent
_GENERATED = pages(ROOT)
_PAGE = re.compile(r"\]\(([\w.-]+\.md)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of folders into the navigation."""
    assert config.nav is not None, "mkdocs.yml has a navigation"
    config.nav = [_entry(each) for each in config.nav]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for path, text in _GENERATED.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Link pages that are named, and leave out what fences say to tests."""
    del config, files
    return for_readers(linked(markdown, page.file.src_uri, ROOT))


def _entry(entry: Any) -> Any:
    """An entry of the navigation, with folders replaced by their pages."""
    if isinstance(entry, dict):
        return {title: _below(what) for title, what in entry.items()}
    return entry


def _below(what: Any) -> Any:
    """What stands for an entry: a page, or the pages of a folder as its index has them."""
    if isinstance(what, list):
        return [_entry(each) for each in what]
    if not str(what).endswith("/"):
        return what
    index = f"{what}index.md"
    first, *rest = re.split(r"^## (.+)$", _GENERATED[index], flags=re.MULTILINE)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    entries = [{t: [f"{what}{p}" for p in _PAGE.findall(text)]} for t, text in sections.items()]
    if any(pages for entry in entries for pages in entry.values()):
        return [index, *entries]
    if listed := _PAGE.findall(first):
        return [index, *(f"{what}{page}" for page in listed)]
    return [path for path in _GENERATED if path.startswith(what)]
