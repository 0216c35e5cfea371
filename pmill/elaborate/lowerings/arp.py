"""ARPResponder's arguments become a table, `List<ArpEntry>`, longest prefix first.

    ARPResponder(10.0.0.1 10.1.0.0/16 02:00:00:00:00:01, 10.0.0.2 02:00:00:00:00:02)

Each argument is one or more prefixes or addresses, and the Ethernet address that answers for them;
or one name of AddressInfo that has both.
Errors: PM0430 a word that is neither, PM0431 not exactly one Ethernet address, PM0432 no prefix,
PM0433 no argument; warning PM0434: a prefix given twice.
"""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network

from pmill.diagnostics import Note, Span
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.values import cpp_ether, cpp_prefix, parse_ether, parse_prefix, text_ether
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_HINT = "write PREFIX... ETHER, such as 10.0.0.1 10.1.0.0/16 02:00:00:00:00:01"
_Entry = tuple[IPv4Interface, bytes, Span]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the table of all arguments; the first of equal prefixes counts."""
    if not items:
        ctx.error("PM0433", "there is no address to answer for", hint=_HINT)
        return None
    read = [_entries(item, ctx) for item in items]
    if any(entries is None for entries in read):
        return None
    first: dict[IPv4Network, _Entry] = {}
    for entry in (entry for entries in read for entry in entries or ()):
        earlier = first.setdefault(entry[0].network, entry)
        if earlier is not entry:
            _warn_twice(entry, earlier, ctx)
    table = sorted(first.values(), key=lambda entry: -entry[0].network.prefixlen)
    return Value(
        cpp=", ".join(f"ArpEntry{{{cpp_prefix(p)}, {cpp_ether(e)}}}" for p, e, _ in table),
        text=" ".join(f"{prefix}={text_ether(ether)}" for prefix, ether, _ in table),
        click=None,
        count=len(table),
    )


def _entries(item: ConfigText, ctx: LoweringContext) -> list[_Entry] | None:
    """Read one argument; None after reporting what is wrong with it."""
    prefixes: list[tuple[IPv4Interface, Span]] = []
    ethers: list[bytes] = []
    good = True
    words = split_words(item)
    for word in words:
        prefix = parse_prefix(ctx.literal("IPPrefix", word.text), bare=True)
        ether = parse_ether(ctx.literal("EtherAddress", word.text))
        if prefix is not None:
            prefixes.append((prefix, word.span))
        if ether is not None and (prefix is None or len(words) == 1):
            ethers.append(ether)
        if prefix is None and ether is None:
            message = f"'{word.text}' is neither an IPv4 prefix nor an Ethernet address"
            ctx.error("PM0430", message, word.span, hint=_HINT)
            good = False
    if not good:
        return None
    if len(ethers) != 1:
        found = "no Ethernet address" if not ethers else f"{len(ethers)} Ethernet addresses"
        message = f"expected one Ethernet address in each argument, found {found}"
        ctx.error("PM0431", message, item.span, hint=_HINT)
        return None
    if not prefixes:
        message = "there is no IPv4 address that the Ethernet address answers for"
        ctx.error("PM0432", message, item.span, hint=_HINT)
        return None
    return [(prefix, ethers[0], span) for prefix, span in prefixes]


def _warn_twice(entry: _Entry, earlier: _Entry, ctx: LoweringContext) -> None:
    ctx.warning(
        "PM0434",
        f"there are several entries for {entry[0].network}; the first one counts",
        entry[2],
        notes=(Note("the first one is here", earlier[2]),),
        hint="remove one of them",
    )
