"""The pages that are generated: nothing is missing on them, and what they say can be read."""

from __future__ import annotations

import posixpath
import re
from functools import cache

import pytest

from pmill import cli, driver
from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary
from pmill.passes import DEFAULT
from pmill.reference import for_readers, linked, pages
from pmill.reference.text import fenced, plain
from pmill.tools.explain import codes
from tests.conftest import ROOT

DOCS = ROOT / "docs"
LIBRARY = ElementLibrary.load([], Diagnostics())
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#]*)(#[^)]*)?\)")


@cache
def generated() -> dict[str, str]:
    return pages(ROOT)


def written() -> dict[str, str]:
    return {str(p.relative_to(DOCS)): p.read_text() for p in sorted(DOCS.rglob("*.md"))}


def test_every_command_is_there() -> None:
    page = generated()["reference/commands.md"]
    named = re.findall(r"^## pmill (.*)\n\n```text\n(?:U|u)sage: ", page, re.M)
    assert {*cli._DOORS, "compile", "run", "elements", "passes", "profile", "demo"} <= set(named)
    assert len(named) == len(re.findall("^## ", page, re.M))
    assert "--manifest FILE" in page
    assert "--reserve-hugepages" in page


def test_every_element_has_a_page_and_is_listed() -> None:
    index = generated()["reference/elements/index.md"]
    for name, spec in LIBRARY.items():
        page = generated()[f"reference/elements/{spec.name}.md"]
        assert f"[{spec.name}]({spec.name}.md)" in index
        for part in (*spec.arguments, *spec.counters):
            shown = getattr(part, "keyword", "") or part.name
            assert f"`{shown}`" in page, f"{name}: {shown}"


@pytest.mark.parametrize("name", [p.name for p in DEFAULT])
def test_every_pass_shows_what_it_does(name: str) -> None:
    page = generated()[f"reference/passes/{name}.md"]
    applies, _, not_there = page.partition("## Where it applies")[2].partition(
        "## Where it does not"
    )
    assert re.search(r"^\+ \S+: ", applies, re.M), "a note of what was done"
    assert "PassInfo(" in applies or "and leaves" in applies
    assert not_there.count("```text\n") == 1
    assert f"[{name}]({name}.md)" in generated()["reference/passes/index.md"]


def test_options_of_passes_are_explained() -> None:
    for path, page in generated().items():
        for line in re.findall(r"^- `\w+` = .*", page, re.M):
            assert re.fullmatch(r"- `\w+` = \S+: \w.*\.", line), f"{path}: {line}"


def test_every_pass_over_code_has_a_page() -> None:
    for name in driver.LLVM_PASSES:
        assert f"# {name}\n" in generated()[f"reference/passes/{name}.md"]


def test_every_message_has_its_story() -> None:
    index = generated()["reference/messages/index.md"]
    for code, title in codes().items():
        page = generated()[f"reference/messages/{code[:4]}xx.md"]
        assert f"{{#{code.lower()}}}" in page
        assert f"[{code}]({code[:4]}xx.md#{code.lower()})" in index
        assert plain(title) in index


def test_every_decision_is_listed() -> None:
    listed = re.findall(r"\]\((\S+\.md)\)", generated()["adr/index.md"])
    assert listed == sorted(p.name for p in (DOCS / "adr").glob("*.md"))


def test_links_lead_somewhere() -> None:
    there = {*generated(), *written()}
    found = 0
    for path, text in {**written(), **generated()}.items():
        for target, _ in _LINK.findall(_CODE.sub("", linked(text, path, ROOT))):
            if target and "://" not in target:
                found += 1
                where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                assert where in there, f"{path}: {target}"
    assert found > 300


def test_the_navigation_has_every_page() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    named = re.findall(r"^ +- (?:[^\n:]+: )?(\S+\.md|\S+/)$", navigation, re.M)
    folders = [n for n in named if n.endswith("/")]
    assert set(named) - set(folders) <= {*written(), *generated()}
    for path in {*written(), *generated()}:
        assert path in named or any(path.startswith(f) for f in folders), path


def test_nothing_looks_like_html() -> None:
    for path, text in generated().items():
        assert not re.search(r"<[A-Za-z/!]", _CODE.sub("", text)), path


def test_nothing_generated_is_kept() -> None:
    assert not set(generated()) & set(written())


# --- text -----------------------------------------------------------------------------------------


def test_docstrings_become_fences() -> None:
    text = "A.\n\nBefore::\n\n    a -> b;\n\n      c;\n\nAfter: d::\n\n    e\n\nEnd.\n"
    assert fenced(text) == (
        "A.\n\nBefore:\n\n```text\na -> b;\n\n  c;\n```\n\nAfter: d:\n\n```text\ne\n```\n\nEnd.\n"
    )


def test_what_looks_like_a_tag_is_text() -> None:
    assert plain("a <b> `<c>` 1 < 2\n\n```text\n<d>\n```\n") == (
        "a &lt;b> `<c>` 1 < 2\n\n```text\n<d>\n```\n"
    )


def test_names_of_pages_become_links() -> None:
    text = "see `docs/nic.md`, docs/adr/0015 and `docs/no.md`, docs/adr/9999"
    code = "```text\ndocs/adr/0015\n```\n"
    assert linked(code, "reference/x.md", ROOT) == code
    assert linked(text, "reference/x.md", ROOT) == (
        "see [nic.md](../nic.md), [decision 15](../adr/0015-llvm-passes-look-at-the-optimised-text.md)"
        " and `docs/no.md`, docs/adr/9999"
    )


def test_attributes_of_fences_are_for_tests() -> None:
    text = '```click title="x" from="y"\na\n```\n````text shows="z"\n```console needs="root"\n```\n````\n'
    assert for_readers(text) == (
        '```click title="x"\na\n```\n````text\n```console needs="root"\n```\n````\n'
    )


def test_readers_are_told_what_is_not_run() -> None:
    text = '```console unrun="it needs a wire"\n$ a\n```\n\nb\n'
    assert for_readers(text) == (
        "```console\n$ a\n```\n\n*Not run by the tests: it needs a wire.*\n\nb\n"
    )
