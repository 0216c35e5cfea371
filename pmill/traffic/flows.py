"""Flows: who talks to whom, drawn by a number without remembering any, and how popular each is."""

from __future__ import annotations

import bisect
import itertools
import random
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Final

from pmill.diagnostics import DiagnosticError, did_you_mean, fail
from pmill.traffic import frames

_FIRST_PORT: Final = 1024
_PORTS: Final = 0x10000 - _FIRST_PORT
_ROUNDS: Final = 4
PROTOCOLS: Final = {"tcp": frames.TCP, "udp": frames.UDP, "icmp": frames.ICMP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A client, a server, and their ports in host order; ICMP's identifier is the client's port."""

    number: int
    protocol: int
    client: int
    client_port: int
    server: int
    server_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The hosts of a network in order: neither its own address, nor the router's, nor broadcast."""

    first: int
    count: int

    @classmethod
    def of(cls, network: IPv4Network) -> Hosts:
        """Return all of a network; the router has the first address of those that hold more."""
        skipped = 2 if network.prefixlen < 30 else 0
        last = 1 if network.prefixlen < 30 else 0
        count = network.num_addresses - skipped - last
        return cls(first=int(network.network_address) + skipped, count=count)


def read_networks(text: str) -> tuple[Hosts, ...]:
    """Return the hosts of networks as 10.0.1.0/24,10.1.0.0/16; PM0932 when it names none."""
    found = []
    for part in text.split(","):
        try:
            found.append(Hosts.of(IPv4Network(part.strip())))
        except (AddressValueError, NetmaskValueError, ValueError) as error:
            hint = "networks are written as 10.0.1.0/24,10.1.0.0/16; a single host needs no length"
            raise fail("PM0932", f"'{part}' is no network of IPv4: {error}", hint=hint) from None
    return tuple(found)


def read_protocols(text: str) -> tuple[int, ...]:
    """Return protocols as often as their weights, from tcp:6,udp:3,icmp; PM0935 for others."""
    found: list[int] = []
    for part in text.split(","):
        name, colon, weight = part.strip().partition(":")
        if name not in PROTOCOLS or (colon and not re.fullmatch(r"\d{1,3}", weight)):
            near = did_you_mean(name, list(PROTOCOLS))
            hint = near or "protocols are written as tcp:6,udp:3,icmp"
            raise fail("PM0935", f"--protocols: '{part}' is no protocol with a weight", hint=hint)
        found += [PROTOCOLS[name]] * int(weight or 1)
    if not found:
        raise fail("PM0935", "--protocols: all weights are 0", hint="give one of them another")
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Flows:
    """All flows between clients and servers: that of a number is always the same.

    A number is permuted among all pairs of hosts and ports of clients, so that no two flows are
    alike, any number of them needs no memory, and neighbours have nothing in common: a Feistel
    network over the next power of four (Luby and Rackoff, 1988), again until it is one of them.
    """

    clients: tuple[Hosts, ...]
    servers: tuple[Hosts, ...]
    ports: tuple[int, ...]
    protocols: tuple[int, ...]
    seed: int

    @cached_property
    def count(self) -> int:
        """How many flows there are."""
        return self._many(self.clients) * self._many(self.servers) * _PORTS

    @cached_property
    def _half(self) -> int:
        return max(1, ((self.count - 1).bit_length() + 1) // 2)

    @cached_property
    def _keys(self) -> tuple[int, ...]:
        rng = random.Random(f"flows {self.seed}")
        return tuple(rng.getrandbits(64) | 1 for _ in range(_ROUNDS))

    def need(self, flows: int) -> None:
        """PM0934 when there are not as many."""
        if flows > self.count:
            hint = "name larger networks with --from and --to"
            raise fail(
                "PM0934", f"there are {self.count:,} flows between these hosts, not {flows:,}",
                hint=hint,
            )  # fmt: skip

    def __getitem__(self, number: int) -> Flow:
        at = self._permuted(number)
        rest, port = divmod(at, _PORTS)
        client, server = divmod(rest, self._many(self.servers))
        drawn = self._mixed(at, self._keys[0])
        return Flow(
            number=number,
            protocol=self.protocols[drawn % len(self.protocols)],
            client=self._host(self.clients, client),
            client_port=_FIRST_PORT + port,
            server=self._host(self.servers, server),
            server_port=self.ports[(drawn >> 16) % len(self.ports)],
        )

    def _permuted(self, number: int) -> int:
        half = self._half
        low = (1 << half) - 1
        while True:
            left, right = number >> half, number & low
            for key in self._keys:
                left, right = right, left ^ self._mixed(right, key) & low
            number = left << half | right
            if number < self.count:
                return number

    @staticmethod
    def _mixed(value: int, key: int) -> int:
        """The finaliser of MurmurHash3, of the value and a key."""
        value = (value ^ key) * 0xFF51AFD7ED558CCD & 0xFFFFFFFFFFFFFFFF
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & 0xFFFFFFFFFFFFFFFF
        return value ^ value >> 33

    @staticmethod
    def _many(hosts: Sequence[Hosts]) -> int:
        return sum(some.count for some in hosts)

    @staticmethod
    def _host(hosts: Sequence[Hosts], number: int) -> int:
        for some in hosts:
            if number < some.count:
                return some.first + number
            number -= some.count
        raise IndexError(number)


Chooser = Callable[[random.Random], int]
"""Draws the number of a flow."""


def read_popularity(text: str, flows: int) -> Chooser:
    """Return who chooses the next of so many flows; PM0933 when the text says nothing of that.

    `turns`: one after the other; `equal`: any; `zipf:S`: the k-th with a share of 1/k^S.
    """
    name, colon, exponent = text.partition(":")
    if name == "turns" and not colon:
        turns = itertools.cycle(range(flows))
        return lambda rng: next(turns)
    if name == "equal" and not colon:
        return lambda rng: rng.randrange(flows)
    if name == "zipf" and (not colon or re.fullmatch(r"\d{1,2}(\.\d+)?", exponent)):
        return _zipf(flows, float(exponent or 1))
    raise _unpopular(text)


def _zipf(flows: int, exponent: float) -> Chooser:
    shares = (k**-exponent for k in range(1, flows + 1))
    cumulative = array("d", itertools.accumulate(shares))
    total, last = cumulative[-1], flows - 1
    # The largest random number may be rounded to the sum of all.
    return lambda rng: min(last, bisect.bisect(cumulative, rng.random() * total))


def _unpopular(text: str) -> DiagnosticError:
    near = did_you_mean(text.partition(":")[0], ["turns", "equal", "zipf"])
    return fail(
        "PM0933",
        f"--popularity: '{text}' says nothing of flows",
        hint=near or "one of turns, equal, zipf and zipf:1.2",
    )
