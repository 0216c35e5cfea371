"""`pmill traffic`: reads its words, writes a capture, says what is in it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from pmill.diagnostics import fail
from pmill.progress import steps
from pmill.traffic.attacks import KINDS, read_attacks
from pmill.traffic.flows import read_networks, read_popularity, read_protocols
from pmill.traffic.generating import LINKS, Recipe, Tally, generate
from pmill.traffic.packets import Links
from pmill.traffic.pcap import START_NS, PcapWriter
from pmill.traffic.report import facts, text
from pmill.traffic.sizes import NAMED, read_sizes

_SHOWN: Final = 1 << 14  # packets from one word about progress to the next
_STDOUT: Final = "-"
_MAC: Final = re.compile(r"[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}")

_EXAMPLES: Final = """\
sizes are bytes of a frame without its checksum:
  64  a range 60-1514  a mix 60:7,590:4,1514:1  imix  campus (mean 980)
popularity of flows:
  turns  one after the other     equal  any     zipf:1.1  the k-th with a share of 1/k^1.1

examples:
  pmill traffic --size 64 -o small.pcap
  pmill traffic --size campus --flows 100000 --popularity zipf:1.1 --packets 1000000 -o campus.pcap
  pmill traffic --connections --size imix -o clients.pcap --answers servers.pcap
  pmill traffic --size imix --attacks scan:3,fragments,checksums --share 0.2 -o attacked.pcap
"""


def main(argv: Sequence[str]) -> int:
    """Write the capture that the words describe; returns 0."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    recipe = _recipe(arguments)
    if arguments.answers is not None and not recipe.connections:
        parser.error("--answers: servers answer where there are --connections")
    if arguments.answers is not None and str(arguments.answers) == str(arguments.output):
        parser.error("--answers: the file of -o holds what clients send")
    tally = Tally()
    write(recipe, arguments.output, arguments.answers, rate=arguments.rate, tally=tally)
    # Where packets go to standard output, words do not.
    out = sys.stderr if arguments.output == _STDOUT else sys.stdout
    seconds = recipe.packets / arguments.rate
    if arguments.format == "json":
        print(json.dumps(facts(recipe, tally, seconds)), file=out)
    else:
        print(text(recipe, tally, seconds), file=out)
    return 0


def write(
    recipe: Recipe, output: str, answers: str | None = None, *, rate: float, tally: Tally
) -> None:
    """Write what a recipe makes, what servers send into the second file if there is one.

    `rate`: packets a second of both together. PM0930 when a file cannot be written.
    """
    show = steps()
    try:
        with ExitStack() as files:
            writers = [PcapWriter(_open(files, output), nanoseconds=True)]
            if answers is not None:
                writers.append(PcapWriter(_open(files, answers), nanoseconds=True))
            for number, packet in enumerate(generate(recipe, tally)):
                if number % _SHOWN == 0:
                    show(f"{number:,} of {recipe.packets:,} packets")
                ns = START_NS + int(number * 1_000_000_000 / rate)
                writers[packet.answer and answers is not None].write(ns, packet.frame)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(output, error) from None
    show("")


def _open(files: ExitStack, name: str) -> BinaryIO:
    if name == _STDOUT:
        files.callback(sys.stdout.buffer.flush)
        return sys.stdout.buffer
    try:
        return files.enter_context(Path(name).open("wb"))
    except OSError as error:
        raise _unwritable(name, error) from None


def _unwritable(name: str, error: OSError) -> Exception:
    return fail(
        "PM0930",
        f"cannot write the capture '{name}': {error.strerror or error}",
        hint="choose another -o, or make room",
    )


def _recipe(arguments: argparse.Namespace) -> Recipe:
    flows: int = arguments.flows
    apart = arguments.answers is not None
    read_popularity(arguments.popularity, 1)
    return Recipe(
        packets=arguments.packets,
        seed=arguments.seed,
        flows=flows,
        popularity=arguments.popularity,
        sizes=read_sizes(arguments.size),
        clients=read_networks(arguments.clients),
        servers=read_networks(arguments.servers),
        ports=arguments.ports,
        protocols=read_protocols(arguments.protocols),
        links=Links(
            to=_pair(arguments.mac, LINKS.to, apart=apart),
            by=_pair(arguments.host_mac, LINKS.by, apart=apart),
        ),
        connections=arguments.connections,
        segments=arguments.segments,
        attacks={} if arguments.attacks is None else read_attacks(arguments.attacks),
        share=arguments.share,
    )


def _pair(
    given: tuple[bytes, ...], usual: tuple[bytes, bytes], *, apart: bool
) -> tuple[bytes, bytes]:
    """Return two addresses of links: where answers come to the same port, it has one."""
    first = given[0] if given else usual[0]
    if len(given) == 2:
        return first, given[1]
    return first, usual[1] if apart else first


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="pmill traffic",
        description="Make a capture of packets: the same words make the same bytes. All checksums "
        "are right, but for those of --attacks. The defaults suit port 0 of the examples.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="the capture, pcap; - for stdout"
    )
    p.add_argument("--packets", type=_count, default=10_000, metavar="N", help="how many (10000)")
    p.add_argument("--seed", type=int, default=1, metavar="N", help="other packets alike (1)")
    p.add_argument("--rate", type=_rate, default=1e6, metavar="N", help="packets a second (1e6)")

    g = p.add_argument_group("packets")
    names = ", ".join(NAMED)
    g.add_argument("--size", default="64", metavar="SIZES", help=f"bytes, a mix, {names} (64)")
    g.add_argument("--flows", type=_some, default=1024, metavar="N", help="how many (1024)")
    g.add_argument(
        "--popularity", default="turns", metavar="HOW", help="turns, equal or zipf:S (turns)"
    )
    g.add_argument(
        "--protocols", default="udp", metavar="MIX", help="of flows, as tcp:6,udp:3,icmp (udp)"
    )
    g.add_argument(
        "--connections",
        action="store_true",
        help="whole TCP connections; --flows is how many are open at a time",
    )
    g.add_argument(
        "--segments", type=_some, default=10, metavar="N", help="that servers answer with (10)"
    )
    g.add_argument("--answers", metavar="FILE", help="what servers send, apart from -o")

    g = p.add_argument_group("attacks")
    g.add_argument("--attacks", metavar="MIX", help=f"{', '.join(KINDS)}, or all")
    g.add_argument(
        "--share", type=_share, default=0.1, metavar="X", help="of attacks in all packets (0.1)"
    )

    g = p.add_argument_group("addresses")
    g.add_argument(
        "--from", dest="clients", default="10.0.0.0/24", metavar="NETS", help="clients' networks"
    )
    g.add_argument(
        "--to",
        dest="servers",
        default="10.0.1.0/24,10.1.0.0/16,10.2.0.0/16",
        metavar="NETS",
        help="servers' networks (those behind port 1 of the examples)",
    )
    g.add_argument(
        "--ports", type=_ports, default=Recipe().ports, metavar="P,…", help="that servers listen on"
    )
    g.add_argument(
        "--mac", type=_macs, default=(), metavar="A[,B]",
        help="whom frames are for; B: those of servers (02:00:00:00:00:01, …:02 with --answers)",
    )  # fmt: skip
    g.add_argument("--host-mac", type=_macs, default=(), metavar="A[,B]", help="whom they are from")
    p.add_argument("--format", choices=("text", "json"), default="text", help="of what is told")
    return p


def _count(text: str) -> int:
    return _number(text, 0)


def _some(text: str) -> int:
    return _number(text, 1)


def _number(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from {least}")
    return int(text)


def _rate(text: str) -> float:
    value = float(text)
    if not 1e-3 <= value <= 1e9:
        raise argparse.ArgumentTypeError("from 0.001 to 1e9, as times are in nanoseconds")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("from 0 to 1")
    return value


def _ports(text: str) -> tuple[int, ...]:
    ports = tuple(_number(port, 1) for port in text.split(","))
    if max(ports) > 0xFFFF:
        raise argparse.ArgumentTypeError("ports are at most 65535")
    return ports


def _macs(text: str) -> tuple[bytes, ...]:
    found = text.split(",")
    if len(found) > 2 or not all(_MAC.fullmatch(mac) for mac in found):
        raise argparse.ArgumentTypeError(f"'{text}' is no Ethernet address, and no two")
    return tuple(bytes(int(octet, 16) for octet in mac.split(":")) for mac in found)
