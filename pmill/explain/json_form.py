"""An explanation as JSON, for programs: docs/explaining.md describes the form.

It depends on the configuration, the options and the compiler only: no times, no paths of the
machine but those that the configuration names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pmill import __version__
from pmill.explain.explanation import Explanation, hot_path
from pmill.explain.layout import LayoutTable
from pmill.explain.machine import PLACES
from pmill.explain.workers import meaning
from pmill.graph import connection_key, meetings
from pmill.passes import DEFAULT

VERSION: Final = 1
LAYOUT_VERSION: Final = 1


def json_form(x: Explanation) -> dict[str, Any]:
    """Return an explanation as what JSON has."""
    machine = x.machine
    return {
        "explain": VERSION,
        "pmill": __version__,
        "configuration": x.before.source_name,
        "level": x.options.level,
        "passes": list(_passes(x)),
        "elements": list(_elements(x)),
        "connections": [
            {
                "key": connection_key(x.after, c),
                "from": c.source.element,
                "from_port": c.source.number,
                "to": c.target.element,
                "to_port": c.target.number,
                "kind": "push" if x.after.is_push(c) else "pull",
                "call": c.call,
            }
            for c in x.after.connections
        ],
        "hot_path": list(hot_path(x.after)),
        "instructions": None
        if machine is None
        else {
            **{place: machine.total(place) for place in PLACES},
            "runtime": {place: machine.of("", place) for place in PLACES},
        },
        "uncounted": x.uncounted or None,
        "calls": [] if machine is None else list(_calls(x)),
        "model": x.model.facts(),
        "workers": list(_workers(x)),
        "layout": layout_form(x.layout),
    }


def _passes(x: Explanation) -> Iterator[dict[str, Any]]:
    for report in x.reports:
        yield {
            "name": report.name,
            "ran": report.ran,
            "summary": report.summary,
            "notes": [
                {"where": note.where, "text": note.text, "done": note.done}
                for note in report.notes(DEFAULT)
            ],
        }


def _elements(x: Explanation) -> Iterator[dict[str, Any]]:
    """Yield every element of the configuration, and those that passes made."""
    idents = x.idents
    for e in {**x.before.elements, **x.after.elements}.values():
        ident = idents.get(e.name)
        counted = x.machine is not None and ident is not None
        yield {
            "name": e.name,
            "class": e.spec.name,
            "config": e.config,
            "file": e.span.source.name,
            "line": e.span.line,
            "removed": ident is None,
            "identifier": ident,
            "instructions": {place: x.machine.of(ident or "", place) for place in PLACES}
            if counted and x.machine is not None
            else None,
        }


def _workers(x: Explanation) -> Iterator[dict[str, Any]]:
    for meeting in meetings(x.before).values():
        yield {
            "element": meeting.element,
            "state": meeting.verdict,
            "several": meeting.several,
            "ways": [list(way.elements) for way in meeting.ways],
            "meaning": meaning(x.before, meeting),
        }


def _calls(x: Explanation) -> Iterator[dict[str, Any]]:
    assert x.machine is not None
    names = {ident: name for name, ident in x.idents.items()}
    for call in x.machine.calls:
        yield {
            "caller": names.get(call.caller),
            "callee": call.callee,
            "count": call.count,
        }


def layout_form(table: LayoutTable) -> dict[str, Any]:
    """Return a layout as what JSON has; None stands where something has no place."""
    return {
        "layout": LAYOUT_VERSION,
        "packets_in": table.where,
        "packet_bytes_before": table.packet_before,
        "packet_bytes_after": table.packet_after,
        "fields": [
            {
                "name": row.name,
                "size": row.size,
                "before": row.before,
                "after": row.after,
                "line": row.line,
                "readers": list(row.readers),
                "writers": list(row.writers),
                "stored_at": [{"where": c.where, "how": c.how} for c in row.crossings],
            }
            for row in table.fields
        ],
        "worker_bytes": table.worker_size,
        "state": [
            {
                "element": row.element,
                "offset": row.offset,
                "size": row.size,
                "lines": list(row.lines),
                "members": [{"offset": offset, "member": text} for offset, text in row.members],
            }
            for row in table.state
        ],
    }
