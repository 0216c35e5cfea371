"""The rows of a routing table: arguments `ADDR/MASK [GATEWAY] OUTPUT`, and files of such lines.

    10.0.0.1/32 0, 10.0.0.0/8 10.0.0.2 1, 0.0.0.0/0 - 2, FILE routes.txt

A bare address is a /32; a gateway of `-` or 0.0.0.0 is none. In a file, a `#` begins a comment. A
table of the Internet has a million lines, so a line in its plainest form is read by one regular
expression; all others, and those that are wrong, are read word by word.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from socket import inet_aton

from pmill.diagnostics import Source, Span
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.scalars import parse_int, parse_ip, parse_prefix
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

FEW_MESSAGES = 10  # about one file or table

_FILE = re.compile(r"FILE\s+(?=\S)")
_OCTET = r"(?:0|[1-9][0-9]{0,2})"
_PLAIN = re.compile(
    rf"({_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET})/(0|[1-9][0-9]?)[ \t]+([^#\r\n]*[^#\s])\s*(?:#.*)?"
).fullmatch
_MASKS = {str(length): ((0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF, length) for length in range(33)}

Hop = tuple[int, int]  # the gateway, 0 for none, and the output


@dataclass(slots=True)
class Rows:
    """Routes in the order of the configuration.

    A key is a prefix: its address without host part, shifted by 6 bits, and its length. `hops`
    are numbers of `known`.
    """

    keys: list[int] = field(default_factory=list)
    hops: list[int] = field(default_factory=list)
    known: dict[Hop, int] = field(default_factory=dict)
    places: list[ConfigText | int] = field(default_factory=list)  # or where a line begins
    files: list[tuple[int, Source]] = field(default_factory=list)  # and its first row

    def add(self, key: int, hop: Hop, place: ConfigText | int) -> None:
        """Add a route; `place` is its argument, or where its line begins in the latest file."""
        self.keys.append(key)
        self.hops.append(self.known.setdefault(hop, len(self.known)))
        self.places.append(place)

    def begin_file(self, source: Source) -> None:
        """Say from which file the lines come that are added next."""
        self.files.append((len(self.keys), source))

    def place(self, row: int) -> ConfigText:
        """Return the text of a route, and where it is."""
        place = self.places[row]
        if isinstance(place, ConfigText):
            return place
        source = self.files[bisect_right(self.files, row, key=lambda f: f[0]) - 1][1]
        return _without_comment(source, place)


def read_rows(items: tuple[ConfigText, ...], shape: str, ctx: LoweringContext) -> Rows | None:
    """Return the routes of the arguments; None after reporting wrong ones.

    `shape` says in messages what a route should be.
    """
    rows = Rows()
    good = True
    for number, item in enumerate(items, 1):
        named = _FILE.match(item.text)
        if named is not None:
            name = ConfigText(
                text=item.text[named.end() :], span=item.part(named.end(), len(item.text))
            )
            good = _read_file(name, rows, shape, ctx) and good
            continue
        route = _route(item, f"argument {number} should be {shape}", ctx)
        if route is None:
            good = False
        else:
            rows.add(*route, item)
    return rows if good else None


def counted(number: int, noun: str) -> str:
    """Return `1 route` or `2 routes`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _read_file(name: ConfigText, rows: Rows, shape: str, ctx: LoweringContext) -> bool:
    """Add the routes of a file; False after reporting what is wrong."""
    source = ctx.read(name)
    if source is None:
        return False
    rows.begin_file(source)
    wrong = 0
    for offset in _unusual_lines(source.text, rows):
        item = _without_comment(source, offset)
        if not item.text:
            continue
        wrong += 1
        if wrong > FEW_MESSAGES:
            continue
        line = item.span.line
        route = _route(item, f"line {line} of {source.name} should be {shape}", ctx)
        if route is not None:
            wrong -= 1
            rows.add(*route, offset)
    if wrong > FEW_MESSAGES:
        ctx.error(
            "PM0450",
            f"{counted(wrong - FEW_MESSAGES, 'more line')} of {source.name} may be wrong",
            name.span,
            hint="correct the first ones, or take the lines that are no routes out of the file",
        )
    return wrong == 0


def _unusual_lines(text: str, rows: Rows) -> Iterator[int]:
    """Add the plain lines of a file, and yield where each of the others begins."""
    hop_of: dict[str, int] = {}  # the words behind the prefix -> the number of the hop
    keys, hops, places = rows.keys, rows.hops, rows.places
    masks, offset = _MASKS, 0
    for line in text.split("\n"):
        plain = _PLAIN(line)
        try:
            if plain is None:
                raise ValueError
            address, length, rest = plain.groups()
            hop = hop_of.get(rest)
            if hop is None:
                hop_of[rest] = hop = rows.known.setdefault(_plain_hop(rest), len(rows.known))
            mask, bits = masks[length]
            keys.append((int.from_bytes(inet_aton(address)) & mask) << 6 | bits)
        except (ValueError, KeyError, OSError):
            yield offset
        else:
            hops.append(hop)
            places.append(offset)
        offset += len(line) + 1


def _plain_hop(text: str) -> Hop:
    """Return the hop of `[GATEWAY] OUTPUT` without names; ValueError when it is anything else."""
    words = text.split()
    gateway = parse_ip(words[0]) if len(words) == 2 and words[0] != "-" else parse_ip("0.0.0.0")
    output = parse_int(words[-1])
    if len(words) > 2 or gateway is None or output is None or not 0 <= output < 1 << 31:
        raise ValueError
    return int(gateway), output


def _without_comment(source: Source, offset: int) -> ConfigText:
    """Return the line that begins at an offset, without what is no route."""
    end = source.text.find("\n", offset)
    text = source.text[offset : end if end >= 0 else None].partition("#")[0]
    begin = offset + len(text) - len(text.lstrip())
    return ConfigText(text=text.strip(), span=Span(source, begin, begin + len(text.strip())))


def _route(item: ConfigText, message: str, ctx: LoweringContext) -> tuple[int, Hop] | None:
    """Return a key and a hop, or None after an error that points at the word that is wrong."""

    def wrong(span: Span, hint: str | None = None) -> None:
        ctx.error("PM0450", message, span, hint=hint)

    words = split_words(item)
    if len(words) not in (2, 3):
        wrong(item.span)
        return None
    prefix = parse_prefix(ctx.literal("IPPrefix", words[0].text), bare=True)
    if prefix is None:
        wrong(words[0].span, _prefix_hint(words[0].text))
        return None
    gateway = parse_ip("0.0.0.0")
    if len(words) == 3 and words[1].text != "-":
        gateway = parse_ip(ctx.literal("IPAddress", words[1].text))
    if gateway is None:
        wrong(words[1].span, f"'{words[1].text}' is no address of a gateway, nor '-' for none")
        return None
    output = parse_int(words[-1].text)
    if output is None or not 0 <= output < 1 << 31:
        wrong(words[-1].span, f"'{words[-1].text}' is no output number")
        return None
    network = prefix.network
    return int(network.network_address) << 6 | network.prefixlen, (int(gateway), output)


def _prefix_hint(text: str) -> str:
    address, slash, mask = text.partition("/")
    if slash and parse_ip(address) is not None and parse_ip(mask) is not None:
        return f"the ones of mask {mask} must all be on its left"
    return f"'{text}' is no prefix such as 10.0.0.0/8"
