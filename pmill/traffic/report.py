"""What is said of traffic that was made."""

from __future__ import annotations

from pmill.traffic.generating import Recipe, Tally


def facts(recipe: Recipe, tally: Tally, seconds: float) -> dict[str, object]:
    """Return what there is to know, for programs."""
    packets, size = sum(tally.packets.values()), sum(tally.bytes.values())
    told: dict[str, object] = {
        "packets": packets,
        "bytes": size,
        "mean_size": round(size / packets, 2) if packets else 0,
        "seconds": seconds,
        "seed": recipe.seed,
        "kinds": {
            kind: {"packets": count, "bytes": tally.bytes[kind]}
            for kind, count in sorted(tally.packets.items())
        },
        "answers": tally.answers,
    }
    if recipe.connections:
        told["connections"] = {"opened": tally.opened, "closed": tally.closed}
    else:
        told["flows"] = {"used": tally.flows, "of": recipe.flows, "first": tally.most_popular}
    return told


def text(recipe: Recipe, tally: Tally, seconds: float) -> str:
    """Return it for people."""
    packets, size = sum(tally.packets.values()), sum(tally.bytes.values())
    mean = size / packets if packets else 0.0
    lines = [f"{packets:,} packets, {size:,} bytes, {mean:.1f} in the mean, in {seconds:.3g} s"]
    for kind, count in sorted(tally.packets.items()):
        share = count / packets * 100
        lines.append(f"  {kind:10} {count:>12,} packets  {share:5.1f} %")
    if recipe.connections:
        open_ = tally.opened - tally.closed
        lines.append(f"{tally.opened:,} connections, {open_:,} of them still open at the end")
        lines.append(f"{tally.answers:,} packets are from servers")
    else:
        usual = sum(tally.packets.values()) - sum(tally.packets.get(k, 0) for k in recipe.attacks)
        share = tally.most_popular / usual * 100 if usual else 0.0
        flows = f"{tally.flows:,} of {recipe.flows:,} flows"
        lines.append(f"{flows}; the first has {share:.2f} % of their packets")
    return "\n".join(lines)
