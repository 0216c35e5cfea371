"""The list of the decisions that are written down."""

from __future__ import annotations

from pathlib import Path


def decision_pages(folder: Path) -> dict[str, str]:
    """Return the page that lists the decisions in `docs/adr`, oldest first."""
    lines = []
    for file in sorted(folder.glob("[0-9]*.md")):
        title = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({file.name})")
    text = (
        "What was decided, why, and what was measured for it. A decision holds until a later one."
    )
    return {"adr/index.md": "\n\n".join(["# Decisions", text, "\n".join(lines)]) + "\n"}
