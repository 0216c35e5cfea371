"""Prints a verdict, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pmill.traffic.pcap import Packet
from pmill.verify.comparing import Difference, PacketDifference, changed_bytes
from pmill.verify.origin import Origin
from pmill.verify.trial import Comparison
from pmill.verify.verifying import Verdict

_ROW = 16
_MOST_ROWS = 16  # of a frame that is shown
_TOLD = 8  # differences of one comparison
_LABEL = 30


def text(verdict: Verdict) -> str:
    """Return one line a comparison, what differs, who is to blame and the packet that shows it."""
    lines = [_headline(verdict)]
    lines += [f"  not compared, for it is never the same: {what}" for what in verdict.left_out]
    for comparison in verdict.comparisons:
        lines += _comparison(comparison)
    lines += [f"guilty: {guilt}" for guilt in verdict.guilty]
    if verdict.origin is not None:
        lines += _origin(verdict.origin)
    return "\n".join(lines)


def summary(verdict: Verdict) -> str:
    """Return one line for all comparisons of a configuration."""
    different = [c for c in verdict.comparisons if c.differences]
    sent = sum(len(p) for p in verdict.reference.sent.values())
    if not different:
        count = len(verdict.comparisons)
        return f"same    {count} of {count} programs, {verdict.feed.packets} in, {sent} out"
    first = different[0]
    return f"DIFFER  {first.variant.label}: {first.differences[0]}"


def _headline(verdict: Verdict) -> str:
    counts: dict[str, int] = {}
    for captures in verdict.feed.captures.values():
        for c in captures:
            counts[c.name] = counts.get(c.name, 0) + len(c.frames)
    fed = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no packets"
    reference = verdict.reference
    sent = sum(len(packets) for packets in reference.sent.values())
    return (
        f"{verdict.source.name}: {fed}; without passes {sent} packets on {len(reference.sent)} "
        f"outputs, {len(reference.counters)} counters, {len(reference.handlers)} handlers"
    )


def _comparison(comparison: Comparison) -> Iterator[str]:
    label = comparison.variant.label.ljust(_LABEL)
    same = f"  the code of {comparison.same_as}" if comparison.same_as else ""
    found = comparison.differences
    if not found:
        yield f"  same    {label}{same}".rstrip()
        return
    yield f"  DIFFER  {label}{same or f'  {_cut(found[0])}'}"
    if not same:
        yield from (f"          {'':{_LABEL}}  {_cut(d)}" for d in found[1:_TOLD])
        if len(found) > _TOLD:
            yield f"          {'':{_LABEL}}  and {len(found) - _TOLD} more"


def _cut(difference: Difference) -> str:
    """The difference in one line."""
    return str(difference).partition("\n")[0]


def _origin(origin: Origin) -> Iterator[str]:
    packet = origin.packet
    yield f"first difference: {packet.output}, packet {packet.index}"
    if origin.capture is not None:
        how = "alone" if origin.alone else "with those before it"
        yield (
            f"because of packet {origin.index} of '{origin.capture}' into {_inlet(origin)}, {how}:"
        )
        yield from _dump(origin.entered, frozenset())
    yield from _both(packet)


def _inlet(origin: Origin) -> str:
    return f"port {origin.inlet}" if isinstance(origin.inlet, int) else f"'{origin.inlet}'"


def _both(packet: PacketDifference) -> Iterator[str]:
    wanted, found = packet.wanted, packet.found
    marked: frozenset[int] = frozenset()
    if wanted is not None and found is not None:
        a, b = wanted[1], found[1]
        longer = range(min(len(a), len(b)), max(len(a), len(b)))
        marked = frozenset(changed_bytes(a, b)) | frozenset(longer)
    for what, shown in (("without passes", wanted), ("with them", found)):
        if shown is None:
            yield f"{what}: no such packet"
        else:
            yield f"{what}: {_size(shown)}"
            yield from _dump(shown[1], marked)


def _size(packet: Packet) -> str:
    time, data = packet
    return f"{len(data)} bytes" + (f", time {time / 1e9:.9f}" if time else "")


def _dump(data: bytes, marked: frozenset[int]) -> Iterator[str]:
    """The bytes in rows of sixteen; those that are marked stand in brackets."""
    rows = range(0, len(data), _ROW)
    # Of a long frame, the rows that matter.
    shown = [at for at in rows if marked & set(range(at, at + _ROW))] if marked else list(rows)
    kept = sorted({*list(rows)[:4], *shown[:_MOST_ROWS]})
    last = -_ROW
    for at in kept:
        if at != last + _ROW:
            yield "          …"
        last = at
        cells = [
            f"[{byte:02x}]" if i in marked else f" {byte:02x} "
            for i, byte in enumerate(data[at : at + _ROW], at)
        ]
        yield f"    {at:04x}  {''.join(cells).rstrip()}"
    if kept and last + _ROW < len(data):
        yield "          …"


def facts(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON can hold it; frames are hexadecimal."""
    origin = verdict.origin
    return {
        "configuration": verdict.source.name,
        "equal": verdict.equal,
        "packets": verdict.feed.packets,
        "captures": [
            {"inlet": inlet, "name": c.name, "packets": len(c.frames)}
            for inlet, captures in verdict.feed.captures.items()
            for c in captures
        ],
        "reference": {
            "end": verdict.reference.end,
            "packets": {name: len(p) for name, p in verdict.reference.sent.items()},
            "counters": len(verdict.reference.counters),
            "handlers": len(verdict.reference.handlers),
        },
        "left_out": list(verdict.left_out),
        "comparisons": [
            {
                "variant": c.variant.label,
                "passes": sorted(c.variant.passes),
                "equal": not c.differences,
                "same_code_as": c.same_as,
                "differences": [{"what": d.what, "text": d.text} for d in c.differences],
            }
            for c in verdict.comparisons
        ],
        "guilty": [
            {"pass": g.name, "together_with": list(g.others), "passes": sorted(g.passes)}
            for g in verdict.guilty
        ],
        "first_packet": None if origin is None else _origin_facts(origin),
    }


def _origin_facts(origin: Origin) -> dict[str, Any]:
    packet = origin.packet
    return {
        "output": packet.output,
        "index": packet.index,
        "wanted": None if packet.wanted is None else packet.wanted[1].hex(),
        "found": None if packet.found is None else packet.found[1].hex(),
        "because_of": None
        if origin.capture is None
        else {
            "inlet": origin.inlet,
            "capture": origin.capture,
            "index": origin.index,
            "frame": origin.entered.hex(),
            "alone": origin.alone,
        },
    }
