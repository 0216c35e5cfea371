"""What a page shows is compared, and what is wrong with a page is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.compare import agrees
from tests.docs.markdown import Block, Wrong, blocks
from tests.docs.session import Session
from tests.docs.test_commands import follow, rewritable, rewrite


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb\n\n", "a  \nb\n", True),
        ("a", "a\nb\n", False),
        ("a\nb", "a\n", False),
        ("", "a\n", False),
        ("", "", True),
        ("…", "", True),
        ("…", "a\nb\n", True),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\n…\nd", "a\nb\nc\nd\ne\n", False),
        ("a\n…\nc\n…", "a\nb\nd\n", False),
        ("…\nb", "b\na\nb\n", True),
        ("in … s", "in 0.25 s\n", True),
        ("in … s", "in 0.25 s.\n", False),
        ("7 in", "8 in\n", False),
        ("a.c", "abc\n", False),
    ],
)
def test_what_is_shown(shown: str, printed: str, same: bool) -> None:
    assert agrees(shown.splitlines(), printed) is same


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("x  1,024  2.5 s", "x 7  30.25 s\n", True),
        ("x  1,024  -", "x  -    19\n", True),
        ("- x", "7 x\n", False),
        ("x 1", "y 1\n", False),
        ("x 1", "x 1 2\n", False),
        ("x 1 s", "x s\n", False),
        ("[2.84-3.17] a, …", "[1-2] a, b, c\n", True),
    ],
)
def test_numbers_that_vary(shown: str, printed: str, same: bool) -> None:
    assert agrees([shown], printed, numbers_vary=True) is same


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("    $ pmill passes\n", "indented code"),
        ("- a\n\n      pmill passes\n", "indented code"),
        ("```\npmill passes\n```\n", "names its language"),
        ("- a\n  ```console\n  $ ls\n  ```\n", "a fence begins a line"),
        ("~~~console\n$ ls\n~~~\n", "a fence begins a line"),
        ("<pre>pmill passes</pre>\n", "code in HTML"),
        ("```console\n$ ls\n", "does not end"),
        ("```console needs=root\n$ ls\n```\n", "names its language"),
    ],
)
def test_code_that_would_escape(text: str, why: str) -> None:
    with pytest.raises(Wrong, match=f"^page:[0-9]+: .*{why}"):
        blocks("page", text)


def test_output_without_a_command() -> None:
    (block,) = blocks("page", "```console\nx\n$ ls\n```\n")
    with pytest.raises(Wrong, match="page:2"):
        block.commands()


def test_a_longer_fence_holds_shorter_ones() -> None:
    (block,) = blocks("page", '````text shows="fences"\n```console\n$ ls\n```\n````\n')
    assert block.text == "```console\n$ ls\n```\n"


def test_a_block_is_read() -> None:
    text = 'a\n```console needs="root" status="1"\n$ a \\\n> b\nx\n\ny\n$ c\n```\n'
    (block,) = blocks("page", text)
    assert (block.place, block.language, block.marker) == ("page:2", "console", "net")
    first, second = block.commands()
    assert (first.line, first.text, first.shown) == (3, "a \\\nb", ("x", "", "y"))
    assert (second.line, second.text, second.shown) == (8, "c", ())


PAGE = """\
```text title="folder/name"
one
```

```console
$ cat folder/name
one
$ number=7; cd folder
$ echo $number >&2; cat name
7
one
$ cat name
two
```

```console status="3"
$ (exit 3)
$ true
```

```console needs="root"
$ id
```
"""


def test_a_page_is_followed(tmp_path: Path) -> None:
    told = follow(blocks("page", PAGE), "", tmp_path)
    assert [(t.command.line, t.command.text) for t in told] == [(12, "cat name"), (18, "true")]
    assert "-two\n+one" in told[0].what
    assert "status 0, not 3" in told[1].what


def test_the_page_that_the_documentation_shows_is_right(tmp_path: Path) -> None:
    found = blocks("documentation", (ROOT / "docs" / "documentation.md").read_text())
    (page,) = [b for b in found if b.attributes.get("title") == "page.md"]
    assert len(blocks("page.md", page.text)) == 3
    assert follow(blocks("page.md", page.text), "", tmp_path) == []


def test_what_is_shown_can_be_written_anew(tmp_path: Path) -> None:
    told = follow(blocks("page", PAGE), "", tmp_path)
    assert [rewritable(t) for t in told] == [True, False]
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    rewrite(page, told)
    assert page.read_text() == PAGE.replace("two", "one")


def test_a_command_that_takes_too_long(tmp_path: Path) -> None:
    session = Session(tmp_path)
    try:
        with pytest.raises(TimeoutError, match="begun"):
            session.run("echo begun; sleep 60", 0.5)
    finally:
        session.close()


def test_a_page_writes_its_own_files_only(tmp_path: Path) -> None:
    page = [Block(page="p", line=1, language="text", text="", attributes={"title": n}) for n in
            ("../x", "examples/x.click")]  # fmt: skip
    for block in page:
        with pytest.raises(AssertionError, match="not the page's"):
            follow([block], "", tmp_path / block.attributes["title"].replace("/", "-"))
