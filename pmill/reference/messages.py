"""The stories of the codes of messages, a page for every hundred of them."""

from __future__ import annotations

import re

from pmill.reference.text import fenced, plain
from pmill.tools.explain import STAGES, codes, story

FOLDER = "reference/messages"


def message_pages() -> dict[str, str]:
    """Return the list of all codes, and the pages of their stories."""
    known = codes()
    found = {f"{FOLDER}/index.md": _index(known)}
    for hundred, stage in STAGES.items():
        own = [code for code in known if code[2:4] == f"{hundred:02}"]
        stories = [_story(code) for code in own]
        title = f"# PM{hundred:02}xx: {stage}"
        if own:
            found[f"{FOLDER}/{_page(own[0])}"] = "\n\n".join([title, *stories]) + "\n"
    return found


def _page(code: str) -> str:
    return f"{code[:4]}xx.md"


def _index(known: dict[str, str]) -> str:
    parts = [
        "# Messages",
        "Every message has a code, which never changes; `pmill explain CODE` prints what is here.",
    ]
    for hundred, stage in STAGES.items():
        lines = [
            f"- [{code}]({_page(code)}#{code.lower()}): {title}"
            for code, title in known.items()
            if code[2:4] == f"{hundred:02}"
        ]
        if lines:
            parts.append(f"## {stage[0].upper()}{stage[1:]}\n\n" + "\n".join(lines))
    return plain("\n\n".join(parts) + "\n")


def _story(code: str) -> str:
    """A story as a section: its title, and its examples between fences."""
    title, _, body = story(code).partition("\n")
    body = re.sub(r"^(\S[^\n]*:)\n\n(?= {4})", r"\1\n\n", body.strip("\n"), flags=re.MULTILINE)
    return plain(f"## {title} {{#{code.lower()}}}\n\n{fenced(body)}").rstrip()
