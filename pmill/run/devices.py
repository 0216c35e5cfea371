"""Puts the ports of a configuration on DPDK's virtual devices.

    ports 0 1 2, --pcap 0=in.pcap, --out 2=out.pcap
    ->  --vdev net_pcap0,rx_pcap=in.pcap --vdev net_null1,no-rx=1 --vdev net_pcap2,tx_pcap=out.pcap

DPDK numbers virtual devices in the order of the command line, so every number below the greatest
gets a device. A port without a capture receives nothing, and what it is given to send is gone.
Ports of the software NIC are devices of their own, which programs make if nobody else does:

    ports pmill:0 pmill:1, --pcap 0=in.pcap  ->  --vdev net_pmill0,rx_pcap=in.pcap
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.diagnostics import Diagnostics, fail
from pmill.run.pcap import read_capture

_NUMBERED: Final = re.compile(r"((?:pmill:)?\d+)=(.*)", re.DOTALL)
_SHORT: Final = "pmill:"
_PHYSICAL: Final = ("-a", "--allow")
# Characters with a meaning of their own in the arguments of a device.
_SPECIAL: Final = frozenset(",=[]\"'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """EAL arguments that make the devices, and how many packets each port will receive."""

    eal: tuple[str, ...]
    expect: Mapping[str, int]


def plan_devices(
    ports: Sequence[str],
    captures: Sequence[str],
    outputs: Sequence[str],
    eal: Sequence[str],
    diags: Diagnostics,
    drivers: Mapping[str, str] | None = None,
) -> DevicePlan:
    """Return the devices for a configuration's `ports`.

    `captures` and `outputs` are `[PORT=]FILE`; `eal` are the user's EAL arguments, which come
    last; `drivers` are those of numbered ports that the program was compiled for. Raises
    DiagnosticError for what cannot be done; warnings go to `diags`.
    """
    known = [p for p in ports if p.isdecimal() or p.startswith(_SHORT)]
    sources = _by_port("--pcap", captures, known)
    sinks = _by_port("--out", outputs, known)
    _refuse_overwriting(sources, sinks)
    used = sources.keys() | sinks.keys()
    numbers = {int(p) for p in known if p.isdecimal()}
    if _has_devices(eal):
        # The user's devices take the numbers after those that have captures.
        numbers = {int(p) for p in used if p.isdecimal()}
        if numbers and any(_is_option(word, _PHYSICAL) for word in eal):
            raise fail(
                "PM0826",
                "captures cannot be combined with physical devices, which DPDK numbers first",
                hint="leave out --pcap and --out, or -a",
            )
    vdevs: list[str] = []
    for port in map(str, range(max(numbers, default=-1) + 1)):
        driver = (drivers or {}).get(port, "")
        vdevs += ["--vdev", _device(port, driver, sources.get(port), sinks.get(port))]
    for port in sorted(p for p in used if p.startswith(_SHORT)):
        number = port.removeprefix(_SHORT)
        vdevs += ["--vdev", _device(number, "net_pmill", sources.get(port), sinks.get(port))]
    expect = {_name(port): _count(path, diags) for port, path in sorted(sources.items())}
    return DevicePlan(eal=(*vdevs, *eal), expect=expect)


def _name(port: str) -> str:
    """Return a port as programs know it: its number, or the name of its device."""
    return port.replace(_SHORT, "net_pmill")


def _device(number: str, driver: str, source: Path | None, sink: Path | None) -> str:
    if source is None and sink is None and not driver:
        return f"net_null{number},no-rx=1"
    device = f"{driver or 'net_pcap'}{number}"
    if source is not None:
        device += f",rx_pcap={_argument(source)}"
    if sink is not None:
        device += f",tx_pcap={_argument(sink)}"
    return device


def _argument(path: Path) -> str:
    text = str(path)
    if wrong := sorted(_SPECIAL.intersection(text)):
        raise fail(
            "PM0825",
            f"DPDK cannot be given the file name '{text}': it contains {wrong[0]}",
            hint="rename the file, or make a symbolic link to it",
        )
    return text


def _by_port(option: str, texts: Iterable[str], known: Sequence[str]) -> dict[str, Path]:
    """Read `[PORT=]FILE` texts; port 0 when none is named.

    A number is a numbered port, or where there is none the software NIC's of that number.
    """
    files: dict[str, Path] = {}
    for text in texts:
        match = _NUMBERED.fullmatch(text)
        port, name = (match[1], match[2]) if match else ("0", text)
        if not name:
            raise fail("PM0824", f"{option} {text} names no file", hint=f"{option} [PORT=]FILE")
        if port.isdecimal():
            port = str(int(port))
        if port not in known and _SHORT + port in known:
            port = _SHORT + port
        if port not in known:
            names = ", ".join(sorted(known))
            raise fail(
                "PM0824",
                f"{option} {text}: the configuration does not use port {port}",
                hint=f"its ports are {names}" if names else "it has no numbered port at all",
            )
        if port in files:
            raise fail(
                "PM0824",
                f"{option} is given twice for port {port}: '{files[port]}' and '{name}'",
                hint=f"name another port: {option} PORT=FILE",
            )
        files[port] = Path(name)
    return files


def _refuse_overwriting(sources: Mapping[str, Path], sinks: Mapping[str, Path]) -> None:
    """Two devices writing one file, or one writing what another reads, would destroy it."""
    taken = [(path, f"--pcap {port}={path}") for port, path in sources.items()]
    for port, path in sinks.items():
        name = f"--out {port}={path}"
        for other, words in taken:
            if _is_same(path, other):
                raise fail(
                    "PM0824",
                    f"{name} would overwrite the file of {words}",
                    hint="choose another file",
                )
        taken.append((path, name))


def _is_same(a: Path, b: Path) -> bool:
    """Whether two names mean one file: through links, too."""
    if a.exists() and b.exists():
        return a.samefile(b)
    return a.resolve() == b.resolve()


def _count(path: Path, diags: Diagnostics) -> int:
    capture = read_capture(path)
    if capture.truncated:
        diags.warning(
            "PM0827",
            f"the capture '{path}' ends in the middle of a packet, which is left out",
            hint=f"{capture.packets} complete packets are used",
        )
    if not capture.is_ethernet:
        diags.warning(
            "PM0828",
            f"the capture '{path}' has link type {capture.link_type}; its packets are taken for "
            "Ethernet frames",
            hint="DPDK knows only Ethernet (link type 1)",
        )
    return capture.packets


def _is_option(word: str, names: Sequence[str]) -> bool:
    return any(
        word == n or (word.startswith(f"{n}=") if n.startswith("--") else word.startswith(n))
        for n in names
        if not (n == "-a" and word.startswith("--"))
    )


def _has_devices(eal: Sequence[str]) -> bool:
    return any(_is_option(word, ("--vdev", *_PHYSICAL)) for word in eal)
