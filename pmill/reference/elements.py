"""A page for every element, from its header, and one that lists them."""

from __future__ import annotations

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary
from pmill.elements.docs import markdown, markdown_index
from pmill.reference.text import plain

FOLDER = "reference/elements"


def element_pages() -> dict[str, str]:
    """Return the list of pmill's own elements, and a page for each."""
    diags = Diagnostics()
    library = ElementLibrary.load([], diags)
    diags.stop_if_errors()
    specs = [spec for name, spec in library.items() if name == spec.name]
    found = {f"{FOLDER}/index.md": plain(markdown_index(specs))}
    for spec in sorted(specs, key=lambda s: s.name.lower()):
        found[f"{FOLDER}/{spec.name}.md"] = plain(markdown(spec))
    return found
