"""No block of a page escapes: it is run, is a file, or says why it is neither."""

from __future__ import annotations

import re
from functools import cache

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.syntax import parse
from tests.conftest import ROOT, run_pmill
from tests.docs.markdown import KNOWN, NEEDS, OTHERS, Block, blocks, pages

PAGES = pages(ROOT)
BLOCKS = [b for page, text in PAGES.items() for b in blocks(page, text)]
LANGUAGES = {*KNOWN, "c", "cmake", "cpp", "json", "make", "meson", "python", "toml", "yaml"}
# Nobody types these into anything but a shell.
_TYPED = re.compile(r"\s*(?:\$ |(?:sudo |\./)?(?:pmill|make|cmake|ip|git|pip3?|apt-get|dpdk-\w+) )")
_INLINE = re.compile(r"`pmill ([^`]+)`")
_OPTION = re.compile(r"(?<![\w-])(--[a-z][\w-]*|-[A-Za-z](?![\w-]))")


def of(language: str, *attributes: str) -> list[Block]:
    found = [b for b in BLOCKS if b.language == language]
    return [b for b in found if not attributes or set(attributes) & set(b.attributes)]


def test_languages_and_attributes_are_known() -> None:
    for block in BLOCKS:
        assert block.language in LANGUAGES, f"{block.place}: {block.language}"
        unknown = set(block.attributes) - KNOWN.get(block.language, OTHERS)
        assert not unknown, f"{block.place}: {unknown}"
        assert block.attributes.get("needs", "root") in NEEDS, block.place
        assert block.attributes.get("numbers", "vary") == "vary", block.place
        assert not {"needs", "unrun"} <= set(block.attributes), block.place


def test_a_reason_is_a_reason() -> None:
    for block in BLOCKS:
        for name in ("unrun", "shows"):
            words = block.attributes.get(name, "it says why").split()
            assert len(words) > 2, f"{block.place}: {name}"


def test_commands_stand_in_console_blocks() -> None:
    for block in BLOCKS:
        if block.language == "console":
            assert block.commands(), f"{block.place}: no command"
        elif "title" not in block.attributes and "from" not in block.attributes:
            for line in block.text.splitlines():
                assert not _TYPED.match(line), f"{block.place}: {line}"


def test_what_is_no_command_is_a_file_or_says_what_it_is() -> None:
    for block in BLOCKS:
        if block.language not in ("console", "click"):
            assert set(block.attributes) & OTHERS, f"{block.place}: title, from or shows"


@pytest.mark.parametrize("block", of("click"), ids=lambda b: b.place)
def test_configurations_parse(block: Block) -> None:
    diags = Diagnostics()
    parse(Source(block.place, block.text), diags)
    assert [str(d) for d in diags] == []


def test_pieces_of_files_are_pieces_of_them() -> None:
    for block in BLOCKS:
        if "from" in block.attributes:
            lines = iter((ROOT / block.attributes["from"]).read_text().splitlines())
            for line in block.text.splitlines():
                assert line in lines, f"{block.place}: {line!r} is not there, or not there"


def test_little_is_not_run() -> None:
    """Who adds a block that no test runs thinks twice."""
    unrun = [b.place for b in of("console", "unrun")]
    assert len(unrun) <= 12, unrun
    assert len(of("console")) > 5 * len(unrun)


# --- commands in the text -------------------------------------------------------------------------


@cache
def options_of(command: str) -> str:
    """Return what `pmill COMMAND --help` prints."""
    done = run_pmill(command, "--help")
    assert done.returncode == 0, f"pmill {command}: {done.stderr}"
    return done.stdout


def inline() -> list[tuple[str, str]]:
    return [(page, words) for page, text in PAGES.items() for words in _INLINE.findall(text)]


def test_commands_and_options_in_the_text_exist() -> None:
    assert len(inline()) > 20
    for page, words in inline():
        own, _, _ = words.replace("\\|", "|").partition(" -- ")
        command, *rest = own.split()
        if not re.fullmatch(r"[a-z][a-z-]*", command):
            continue  # `pmill --cmakedir`
        for option in _OPTION.findall(" ".join(rest)):
            known = options_of(command)
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", known), (
                f"{page}: `pmill {words}`: {option} is not in its --help"
            )
        options_of(command)
