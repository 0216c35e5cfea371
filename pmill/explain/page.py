"""An explanation as one page that stands alone: no network, and no scripts needed to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jinja2
from markupsafe import Markup

from pmill.drawing import arrange, picture_of, svg_text
from pmill.drawing.picture import shown
from pmill.explain.explanation import Explanation, hot_path
from pmill.explain.machine import PLACES
from pmill.explain.programs import (
    MOST_STEPS,
    DecisionProgram,
    decision_programs,
    picture_of_program,
)
from pmill.explain.workers import others, worker_rows
from pmill.graph import Element, PipelineGraph
from pmill.match.byte_program import program_text
from pmill.passes import DEFAULT, PassNote
from pmill.resources import templates_dir

_PLACE_NAMES: Final = {
    "loop": "in the loop over packets",
    "called": "in functions that the loop calls",
    "rare": "on ways that packets rarely take",
    "other": "before, after and beside packets",
}


def html_page(x: Explanation) -> str:
    """Return the page. Everything of the configuration is escaped: it may hold any characters."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    environment.filters["shown"] = shown
    elements = {**x.before.elements, **x.after.elements}
    ids = {name: f"element-{number}" for number, name in enumerate(elements)}
    links = {name: f"#{ident}" for name, ident in ids.items()}
    notes = _notes(x)
    generated = x.generated()
    return environment.get_template("explain.html.j2").render(
        x=x,
        ids=ids,
        places=PLACES if x.machine else (),
        place_names=_PLACE_NAMES,
        before_svg=_drawn(x.before, links),
        after_svg=_drawn(x.after, links),
        passes=[(report, report.notes(DEFAULT)) for report in x.reports],
        hot=[x.after.elements[name] for name in hot_path(x.after)],
        names={ident: name for name, ident in x.idents.items()},
        workers=list(worker_rows(x.before)),
        others=list(others(x.before)),
        elements=[
            _panel(x, e, ids[e.name], notes.get(e.name, []), generated.get(e.name))
            for e in elements.values()
        ],
    )


def _drawn(graph: PipelineGraph, links: Mapping[str, str]) -> Markup:
    return Markup(svg_text(arrange(picture_of(graph)), links=links))


def _notes(x: Explanation) -> dict[str, list[tuple[str, PassNote]]]:
    """Return what passes say of each element and of what leaves it."""
    found: dict[str, list[tuple[str, PassNote]]] = {}
    for report in x.reports:
        for note in report.notes(DEFAULT):
            name = note.where
            if name not in x.before.elements:
                name = name.rpartition("[")[0] or name.rpartition("]")[2]
            found.setdefault(name, []).append((report.name, note))
    return found


def _panel(
    x: Explanation,
    e: Element,
    ident: str,
    notes: list[tuple[str, PassNote]],
    generated: str | None,
) -> dict[str, Any]:
    """Return what the page says of one element."""
    counts, share = {}, 0.0
    own = x.idents.get(e.name)
    if x.machine is not None and own is not None:
        counts = {place: x.machine.of(own, place) for place in PLACES}
        share = 100 * counts["loop"] / max(x.machine.total("loop"), 1)
    return {
        "id": ident,
        "element": e,
        "removed": own is None,
        "config": f"({e.config})" if e.config else "",
        "line": _line(e),
        "counts": counts,
        "share": share,
        "notes": notes,
        "generated": generated,
        "state": next((row for row in x.layout.state if row.element == e.name), None),
        "programs": list(_programs(e)),
    }


def _line(e: Element) -> str:
    """Return the line of the configuration that an element stands in."""
    lines = e.span.source.text.splitlines()
    return lines[e.span.line - 1].strip() if 0 < e.span.line <= len(lines) else ""


def _programs(e: Element) -> Iterator[tuple[DecisionProgram, str, Markup | None]]:
    for program in decision_programs(e):
        drawn = None
        if len(program.steps) <= MOST_STEPS:
            drawing = arrange(picture_of_program(e, program))
            drawn = Markup(svg_text(drawing, legend=False))
        yield program, program_text(program.steps), drawn
