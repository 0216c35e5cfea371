"""The values in patterns: numbers, addresses and names, and what they are values of."""

from __future__ import annotations

from pmill.diagnostics import did_you_mean
from pmill.elaborate.ippattern import nodes
from pmill.elaborate.ippattern.fields import ENDS, FIELDS, Field
from pmill.elaborate.ippattern.names import NAMES
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.scalars import parse_ether, parse_int, parse_ip, parse_prefix
from pmill.syntax.flat import ConfigText

__all__ = ["Refused", "Values"]

_KEYWORDS = (*FIELDS, *ENDS, "src", "dst", "tcp", "udp", "frag", "unfrag", "ect", "ce", "transp")
_WHAT = {
    "proto": "IP protocol",
    "port": "port",
    "opt": "TCP flag",
    "type": "ICMP type",
    "host": "IP address",
    "net": "network such as 10.0.0.0/8",
    "ether": "Ethernet address",
}
# What AddressInfo knows addresses of, and what their types are called.
_PORTS = {"tcp": "TcpPort", "udp": "UdpPort"}
_ADDRESSES = {"host": "IPAddress", "net": "IPPrefix", "ether": "EtherAddress"}
_WITH_VALUES = frozenset({*FIELDS, "port", "bytes"})  # what a number can be compared with


class Refused(Exception):
    """A primitive that means nothing; what is wrong with it was reported."""


class Values:
    """The values of one pattern. Whatever is none is reported and `Refused`."""

    def __init__(self, item: ConfigText, ctx: LoweringContext) -> None:
        self._item = item
        self._ctx = ctx

    def text(self, start: int, end: int) -> str:
        """Return a part of the pattern."""
        return self._item.text[start:end]

    def is_number(self, word: nodes.Word) -> bool:
        """Return whether a word is a number, which does not tell what it is a value of."""
        return parse_int(word.text) is not None

    # --- what a value is a value of -------------------------------------------------------------

    def kind(self, primitive: nodes.Comparison, before: str | None) -> str:
        """Return what a value that stands alone is a value of.

        `before` is what the primitive before it compared.
        """
        word = primitive.value
        if self.is_number(word):
            return self._kind_of_number(word, before)
        kinds = self._kinds(primitive)
        if before is not None and (before in kinds or word.text in NAMES.get(before, ())):
            return before
        if not kinds:
            raise self._unknown(word, "neither an address nor the name of anything", _all_names())
        if len(kinds) == 1 or kinds[0] in _ADDRESSES:
            return kinds[0]
        hint = " or ".join(f"'{'' if k != 'type' else 'icmp '}{k} {word.text}'" for k in kinds)
        meanings = " and ".join(_WHAT[kind] for kind in kinds)
        raise self._refused("PM0464", f"'{word.text}' is both {meanings}", word, f"write {hint}")

    def _kinds(self, primitive: nodes.Comparison) -> list[str]:
        """Return what a value that is no number can be a value of, the likeliest first."""
        text, protocol = primitive.value.text, primitive.qualifiers.protocol
        if parse_ether(text) is not None:
            return ["ether"]
        if primitive.netmask is not None or parse_prefix(text) is not None:
            return ["net"]
        if parse_ip(text) is not None:
            return ["host"]
        of_user = [kind for kind in _ADDRESSES if self._names_address(kind, text)]
        if of_user:
            return of_user
        kinds = [kind for kind, table in NAMES.items() if text in table]
        if protocol is not None and len(kinds) > 1:
            return [kind for kind in kinds if (kind == "type") == (protocol == "icmp")]
        return kinds or (["port"] if self._port(text, protocol) is not None else [])

    def _names_address(self, kind: str, text: str) -> bool:
        """Return whether AddressInfo gives a name an address of a kind."""
        if kind == "host" and ":" not in text:
            text += ":ip"  # a network's broadcast address is not meant
        return self._ctx.literal(_ADDRESSES[kind], text) != text

    def _kind_of_number(self, word: nodes.Word, before: str | None) -> str:
        if before is not None and before in _WITH_VALUES:
            return before
        hint = f"write what it is a value of, such as 'port {word.text}' or 'ip ttl {word.text}'"
        raise self._refused("PM0463", f"'{word.text}' alone is no condition", word, hint)

    # --- values ---------------------------------------------------------------------------------

    def value(
        self, primitive: nodes.Comparison, kind: str, field: Field, protocol: str | None
    ) -> tuple[int, int]:
        """Return the mask and the value of a comparison."""
        if primitive.netmask is not None and kind != "net":
            hint = "write 'net ADDRESS mask MASK'"
            text = f"'mask' does not go with '{kind}'"
            raise self._refused("PM0463", text, primitive.netmask, hint)
        if primitive.mask is not None and kind in ("net", "ether", "opt"):
            hint = "it compares certain bits anyway"
            raise self._refused("PM0463", f"'&' does not go with '{kind}'", primitive.mask, hint)
        match kind:
            case "net":
                return self._network(primitive)
            case "ether":
                return field.largest, self._ether(primitive.value)
            case "opt":
                flags = self._number(primitive, kind, field, protocol)
                return flags, flags
            case "host":
                return self._mask(primitive, field), self._address(primitive.value)
            case _:
                mask = self._mask(primitive, field)
                return mask, self._number(primitive, kind, field, protocol)

    def _number(
        self, primitive: nodes.Comparison, kind: str, field: Field, protocol: str | None
    ) -> int:
        """Return a number, or that for which a name stands."""
        word, names = primitive.value, NAMES.get(kind, {})
        number = parse_int(word.text)
        if number is None and kind == "port":
            number = self._port(word.text, protocol)
        if number is None:
            number = names.get(word.text)
        if number is None:
            raise self._unknown(word, f"no {_WHAT.get(kind, 'number')}", list(names))
        least = 1 if kind == "opt" else 0
        exact = primitive.relation is None or primitive.relation.text in ("=", "==", "!=")
        if number < least or (exact and number > field.largest):
            raise self._out_of_range(word, least, field.largest)
        return number

    def _port(self, name: str, protocol: str | None) -> int | None:
        """Return the port that PortInfo, the usual table or the system knows by a name."""
        literal = self._ctx.literal(_PORTS.get(protocol or "", "Port"), name)
        return None if literal == name else parse_int(literal)

    def _address(self, word: nodes.Word) -> int:
        address = parse_ip(self._ctx.literal("IPAddress", word.text))
        if address is None:
            network = parse_prefix(word.text) is not None
            hint = f"write 'net {word.text}'" if network else None
            raise self._unknown(word, f"no {_WHAT['host']}", [], hint)
        return int(address)

    def _ether(self, word: nodes.Word) -> int:
        address = parse_ether(self._ctx.literal("EtherAddress", word.text))
        if address is None:
            raise self._unknown(word, f"no {_WHAT['ether']}", [])
        return int.from_bytes(address, "big")

    def _network(self, primitive: nodes.Comparison) -> tuple[int, int]:
        """Return mask and address of a network."""
        word, netmask = primitive.value, primitive.netmask
        if netmask is not None:
            mask = parse_ip(netmask.text)
            if mask is None:
                raise self._unknown(netmask, "no mask such as 255.255.0.0", [])
            return int(mask), self._address(word) & int(mask)
        prefix = parse_prefix(self._ctx.literal("IPPrefix", word.text))
        if prefix is None:
            lone = parse_ip(word.text) is not None
            hint = f"write '{word.text}/LENGTH', or 'host {word.text}'" if lone else None
            raise self._unknown(word, f"no {_WHAT['net']}", [], hint)
        return int(prefix.netmask), int(prefix.network.network_address)

    def _mask(self, primitive: nodes.Comparison, field: Field) -> int:
        """Return the mask of a comparison, which is at most all bits of its field."""
        word = primitive.mask
        if word is None:
            return field.largest
        address = parse_ip(word.text) if field.bits == 32 else None
        mask = parse_int(word.text) if address is None else int(address)
        if mask is None:
            raise self._unknown(word, "no mask", [], "a mask is a number such as 0xff00")
        if not 1 <= mask <= field.largest:
            raise self._out_of_range(word, 1, field.largest)
        return mask

    # --- messages -------------------------------------------------------------------------------

    def _unknown(
        self, word: nodes.Word, what: str, names: list[str], hint: str | None = None
    ) -> Refused:
        hint = hint or did_you_mean(word.text, names)
        if hint is None and 0 < len(names) <= 20:
            hint = f"a number, or {', '.join(names)}"
        return self._refused("PM0464", f"'{word.text}' is {what}", word, hint)

    def _out_of_range(self, word: nodes.Word, least: int, largest: int) -> Refused:
        text = f"{word.text} is out of range {least}-{largest}"
        return self._refused("PM0465", text, word)

    def _refused(
        self, code: str, message: str, word: nodes.Word, hint: str | None = None
    ) -> Refused:
        self._ctx.error(code, message, self._item.part(word.start, word.end), hint=hint)
        return Refused()


def _all_names() -> list[str]:
    return [*_KEYWORDS, *(name for table in NAMES.values() for name in table)]
