"""An explanation as text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pmill.explain.explanation import Explanation, hot_path
from pmill.explain.layout import FieldRow, LayoutTable, StateRow
from pmill.explain.machine import PLACES, MachineCode
from pmill.explain.workers import others, worker_rows
from pmill.passes import DEFAULT

_SHOWN = 3  # names in a cell


def text_form(x: Explanation) -> str:
    """Return an explanation as lines."""
    lines = [*_passes(x), "", *_hot_path(x)]
    if x.machine is not None:
        lines += ["", *_remains(x, x.machine)]
    lines += ["", f"the metadata model is {x.model.name}: {x.model.why}", "", *_workers(x)]
    return "\n".join([*lines, "", *_fields(x.layout), ""])


def layout_text(table: LayoutTable) -> str:
    """Return a layout as lines: metadata, then the state of each worker."""
    return "\n".join([*_fields(table), "", *_state(table), ""])


def _passes(x: Explanation) -> Iterator[str]:
    yield f"{x.before.source_name}: what the passes did (-O{x.options.level})"
    for report in x.reports:
        yield f"  {report.name}: {report.summary}"
        for note in report.notes(DEFAULT):
            yield f"    {'+' if note.done else '-'} {note.where}: {note.text}"


def _hot_path(x: Explanation) -> Iterator[str]:
    yield "the usual way of packets, and the machine instructions of each element"
    machine, idents = x.machine, x.idents
    if machine is None:
        yield f"  not counted: {x.uncounted}"
    rows = [["element", "class", "line", *(PLACES if machine else ())]]
    for name in hot_path(x.after):
        e = x.after.elements[name]
        counts = [machine.of(idents[name], place) for place in PLACES] if machine else []
        rows.append([name, e.spec.name, str(e.span.line), *map(_number, counts)])
    if machine is not None:
        runtime = [machine.of("", place) for place in PLACES]
        rows.append(["the runtime", "", "", *map(_number, runtime)])
        cold = [e for e in x.after.elements if e not in {row[0] for row in rows}]
        others = [sum(machine.of(idents[e], place) for e in cold) for place in PLACES]
        rows.append([f"{len(cold)} others", "", "", *map(_number, others)])
        rows.append(["in all", "", "", *(_number(machine.total(place)) for place in PLACES)])
    yield from _table(rows, left=2)


def _remains(x: Explanation, machine: MachineCode) -> Iterator[str]:
    yield "what remains in the loop: calls"
    names = {ident: name for name, ident in x.idents.items()}
    rows = [["from", "to", "times"]]
    rows += [[names.get(c.caller, "the runtime"), c.callee, str(c.count)] for c in machine.calls]
    yield from _table(rows, left=2)


def _workers(x: Explanation) -> Iterator[str]:
    yield "several workers: what is so for any number of them"
    rows = [["element", "state", "meaning"], *map(list, worker_rows(x.before))]
    if len(rows) > 1:
        yield from _table(rows, left=3)
    if others_of := list(others(x.before)):
        yield f"  {'the others' if len(rows) > 1 else 'elements'}: {'; '.join(others_of)}"


def _fields(table: LayoutTable) -> Iterator[str]:
    where = "registers" if table.where == "registers" else "its buffer"
    yield (
        f"a packet: {table.packet_before} bytes before the passes, {table.packet_after} after,"
        f" in {where}"
    )
    rows = [["field", "bytes", "before", "after", "line", "written by", "read by", "stored at"]]
    rows += [_field(row) for row in table.fields if row.writers or row.after is not None]
    yield from _table(rows, left=1, numbers=4)
    unwritten = [row.name for row in table.fields if not row.writers and row.after is None]
    if unwritten:
        yield f"  nobody writes, and no packet has: {', '.join(unwritten)}"


def _field(row: FieldRow) -> list[str]:
    return [
        row.name,
        str(row.size),
        "beside" if row.before is None else str(row.before),
        "-" if row.after is None else str(row.after),
        "-" if row.line is None else str(row.line),
        _some(row.writers),
        _some(row.readers),
        _some([f"{c.where} ({c.how})" for c in row.crossings]),
    ]


def _state(table: LayoutTable) -> Iterator[str]:
    if not table.state:
        yield "state: every element is an object of its own"
        return
    yield f"a worker's state: {table.worker_size} bytes"
    rows = [["element", "offset", "bytes", "lines", "members"], *map(_instance, table.state)]
    yield from _table(rows, left=1, numbers=3)


def _instance(row: StateRow) -> list[str]:
    first, last = row.lines
    return [
        row.element,
        str(row.offset),
        str(row.size),
        str(first) if first == last else f"{first}-{last}",
        ", ".join(text.rpartition(" ")[2] for _, text in row.members) or "-",
    ]


def _some(names: Sequence[str]) -> str:
    """Name the first of many."""
    if len(names) <= _SHOWN:
        return ", ".join(names) or "-"
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def _number(n: int) -> str:
    return str(n) if n else "-"


def _table(rows: Sequence[Sequence[str]], *, left: int, numbers: int = 99) -> Iterator[str]:
    """Lay out rows: `left` columns of words, then `numbers` of numbers, then words again."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = [
            f"{cell:>{width}}" if left <= n < left + numbers else f"{cell:{width}}"
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()
