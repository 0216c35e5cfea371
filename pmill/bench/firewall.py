"""A firewall of a hundred rules for the trace of the benchmark: nearly all of its packets pass by
the last rule but one, as those of a network that mostly does what it may.
"""

from __future__ import annotations

import random

_FRAME = """\
// A firewall between two networks: {rules} rules, looked through in order.
FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader(CHECKSUM true) -> rules :: IPFilter(
  {text})
  -> Unstrip(14) -> ToDPDKDevice(1);
FromDPDKDevice(1) -> ToDPDKDevice(0);
"""


def firewall(rules: int = 100, seed: int = 1) -> str:
    """Return the text of the configuration; the same arguments give the same."""
    rng = random.Random(seed)
    lines = [_rule(rng) for _ in range(rules - 2)]
    lines += ["allow src 10.0.0.0/24 && udp && dst port 53", "deny all"]
    return _FRAME.format(rules=rules, text=",\n  ".join(lines))


def _rule(rng: random.Random) -> str:
    """A rule that no packet of the trace meets."""
    action = rng.choice(("allow", "deny", "deny"))
    network = f"{rng.choice(('172.16', '192.168', '203.0'))}.{rng.randrange(256)}.0/24"
    port = rng.choice((22, 25, 80, 110, 143, 443, 993, 3306, 5432, 8080))
    return rng.choice(
        (
            f"{action} src {network} && tcp && dst port {port}",
            f"{action} dst {network} && udp && dst port {rng.randrange(1024, 65536)}",
            f"{action} src {network} && dst 10.{rng.randrange(3, 250)}.0.0/16",
            f"{action} tcp && dst port {port} && dst host 10.0.1.{rng.randrange(2, 250)}",
            f"{action} src {network} && icmp type {rng.randrange(0, 18)}",
        )
    )
