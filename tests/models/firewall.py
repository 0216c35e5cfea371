"""A model of examples/firewall-lite.click: patterns of bytes at fixed offsets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

OUTSIDE, INSIDE = 0, 1


@dataclass
class Firewall:
    """Two ports; `counts` are packets by rule, `refused` the dropped ones."""

    counts: Counter[str] = field(default_factory=Counter)

    def process(self, port: int, frame: bytes) -> list[tuple[int, bytes]]:
        """Return the frame with the port it leaves by, if it may."""
        if port == OUTSIDE:
            rule = rule_of(frame)
            self.counts[rule] += 1
            return [] if rule == "refused" else [(INSIDE, frame)]
        passes = is_arp(frame) or (frame[12:14] == b"\x08\x00" and frame[14:15] == b"\x45")
        self.counts["reply" if passes else "no reply"] += 1
        return [(OUTSIDE, frame)] if passes else []


def is_arp(frame: bytes) -> bool:
    return frame[12:14] == b"\x08\x06"


def rule_of(frame: bytes) -> str:
    """Return the name of the rule that a frame from the outside matches."""
    if is_arp(frame):
        return "arp"
    first_fragment = len(frame) >= 22 and (frame[20] & 0x1F, frame[21]) == (0, 0)
    if frame[12:14] != b"\x08\x00" or frame[14:15] != b"\x45" or not first_fragment:
        return "refused"
    # A pattern that reaches behind the end of the frame does not match.
    match frame[23:24], frame[36:38]:
        case b"\x06", b"\x00\x50":
            return "http"
        case b"\x06", b"\x01\xbb":
            return "https"
        case b"\x11", b"\x00\x35":
            return "dns"
        case _:
            return "refused"
