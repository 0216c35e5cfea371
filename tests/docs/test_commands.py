"""Every command that a page shows is run, in the order of the page, and prints what is shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, skip_without_driver
from tests.docs.compare import agrees, difference
from tests.docs.markdown import Block, Command, blocks, pages
from tests.docs.session import Session, missing

PAGES = pages(ROOT)
_SECONDS = {"": 300.0, "slow": 900.0, "net": 300.0}  # for a cache that has nothing yet
_MARKS = {"slow": (pytest.mark.slow,), "net": (pytest.mark.net,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A command that did not do what its page says; `ended`: with the status that it should."""

    command: Command
    printed: str
    what: str
    ended: bool


def runs() -> list[object]:
    """Each page once for all that is always run, and once more for each marker that it needs."""
    found: list[object] = []
    for page, text in PAGES.items():
        markers = {b.marker for b in blocks(page, text) if b.language == "console"} - {"never"}
        for marker in sorted(markers):
            name = f"{page}-{marker}" if marker else page
            found.append(pytest.param(page, marker, id=name, marks=_MARKS.get(marker, ())))
    return found


@pytest.mark.parametrize(("page", "marker"), runs())
def test_a_page_does_what_it_says(
    page: str, marker: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if marker == "net" and (os.geteuid() != 0 or missing(["ip", "ethtool", "unshare"])):
        pytest.skip("needs root, ip, ethtool and unshare")
    told = follow(blocks(page, PAGES[page]), marker, tmp_path)
    skip_without_driver("\n".join(t.printed for t in told))
    if told and request.config.getoption("--update-golden"):
        rewrite(ROOT / page, told)
        told = [each for each in told if not rewritable(each)]
    assert not told, "\n\n".join(f"{page}:{t.command.line}: {t.what}" for t in told)


def follow(found: list[Block], marker: str, folder: Path) -> list[Told]:
    """Run the blocks that need nothing, and those that need `marker`; return what went wrong."""
    session = Session(folder, apart=marker == "net")
    told: list[Told] = []
    explained: dict[str, tuple[str, int]] = {}  # pages show pieces of long outputs
    try:
        for block in found:
            if "title" in block.attributes:
                session.write(block.attributes["title"], block.text)
                explained.clear()
            elif block.language == "console" and block.marker in ("", marker):
                told += _try_all(block, session, _SECONDS[marker], explained)
    finally:
        session.close()
    return told


def _try_all(
    block: Block, session: Session, seconds: float, explained: dict[str, tuple[str, int]]
) -> Iterator[Told]:
    wanted = int(block.attributes.get("status", "0"))
    vary = "numbers" in block.attributes
    for command in block.commands():
        try:
            known = explained.get(command.text)
            printed, status = known or session.run(command.text, seconds)
        except TimeoutError as late:
            pytest.fail(f"{block.page}:{command.line}: not done after {seconds} s\n{late}")
        if re.fullmatch(r"pmill (explain|layout) [\w.]+", command.text):
            explained[command.text] = printed, status
        if status != wanted:
            what = f"{command.text}\nended with status {status}, not {wanted}:\n{printed}"
            yield Told(command=command, printed=printed, what=what, ended=False)
        elif not agrees(command.shown, printed, numbers_vary=vary):
            what = f"{command.text}\n{difference(command.shown, printed)}"
            yield Told(command=command, printed=printed, what=what, ended=True)


def rewritable(told: Told) -> bool:
    """Whether the output can be written anew: what a page shows of it is all of it."""
    return told.ended and not any("…" in line for line in told.command.shown)


def rewrite(path: Path, told: list[Told]) -> None:
    """Put what commands print in the place of what is shown."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for each in reversed([t for t in told if rewritable(t)]):
        first = each.command.line + each.command.text.count("\n")
        printed = [line.rstrip() for line in each.printed.splitlines()]
        lines[first : first + len(each.command.shown)] = printed
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
