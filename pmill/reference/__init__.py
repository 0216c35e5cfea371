"""The pages of the documentation that are made from the program itself, as Markdown.

`pages(root)` returns all of them: commands from their `--help`, elements from their headers, passes
from their modules and what they do to their test cases, messages from their stories, and the list
of decisions. docs/hooks.py hands them to mkdocs; nothing of them is kept in the repository.
"""

from __future__ import annotations

from pathlib import Path

from pmill.reference.commands import command_pages
from pmill.reference.decisions import decision_pages
from pmill.reference.elements import element_pages
from pmill.reference.messages import message_pages
from pmill.reference.passes import pass_pages
from pmill.reference.text import for_readers, linked


def pages(root: Path) -> dict[str, str]:
    """Return the generated pages by their paths below `docs/`, in the order of a table of contents.

    `root` is a checkout: cases of passes and decisions are read there.
    """
    made = command_pages() | element_pages() | pass_pages(root) | message_pages()
    made |= decision_pages(root / "docs" / "adr")
    return {path: linked(text, path, root) for path, text in made.items()}


__all__ = ["for_readers", "linked", "pages"]
