"""What hosts do, on raw sockets: run as a program inside of a network namespace.

ping ADDRESS COUNT BYTES        prints how many of the echo requests were answered whole
trace ADDRESS                   prints who answers UDP probes of TTL 1, 2, ... up to ADDRESS
datagram ADDRESS PORT          sends a UDP datagram to a host, from the same port
send INTERFACE HEX...           sends frames
record INTERFACE COUNT SECONDS  prints so many frames that come in, or those of so much time
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SIOCGIFFLAGS = 0x8913
IFF_UP = 1
ECHO_REPLY, ECHO_REQUEST, UNREACHABLE, EXCEEDED = 0, 8, 3, 11


def checksum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def ping(address: str, count: int, size: int) -> int:
    answered = 0
    payload = bytes(i & 0xFF for i in range(size))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        for number in range(count):
            raw.settimeout(1)
            head = struct.pack("!HH", os.getpid() & 0xFFFF, number)
            rest = head + payload
            request = struct.pack("!BBH", ECHO_REQUEST, 0, 0) + rest
            request = struct.pack("!BBH", ECHO_REQUEST, 0, checksum(request)) + rest
            try:
                raw.sendto(request, (address, 0))
            except OSError:  # there is no route yet
                time.sleep(0.1)
                continue
            answered += _answered(raw, head, payload)
    return answered


def _answered(raw: socket.socket, head: bytes, payload: bytes) -> bool:
    end = time.monotonic() + 1
    while time.monotonic() < end:
        try:
            icmp = raw.recv(65535)[20:]
        except TimeoutError:
            break
        if icmp[0] == ECHO_REPLY and icmp[4:8] == head:
            return icmp[8:] == payload and checksum(icmp) == 0
    return False


def trace(address: str) -> list[str]:
    """The addresses of the routers up to, and with, a host: `*` for one that is silent."""
    hops: list[str] = []
    with (
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        raw.settimeout(2)
        for ttl in range(1, 9):
            udp.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            udp.sendto(b"probe", (address, 33434 + ttl))
            hop = _who(raw, 33434 + ttl)
            hops.append(hop)
            if hop == address:
                break
    return hops


def _who(raw: socket.socket, port: int) -> str:
    """Who answered the probe to a UDP port."""
    while True:
        try:
            packet, (sender, _) = raw.recvfrom(65535)
        except TimeoutError:
            return "*"
        icmp = packet[20:]
        if icmp[0] in (EXCEEDED, UNREACHABLE) and checksum(icmp) == 0:
            inner = icmp[8:]
            at = (inner[0] & 15) * 4 + 2
            if struct.unpack("!H", inner[at : at + 2])[0] == port:
                return str(sender)


def datagram(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("", port))
        udp.sendto(b"hello", (address, port))


def send(interface: str, frames: list[bytes]) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind((interface, 0))
        for frame in frames:
            raw.send(frame)


def is_up(raw: socket.socket, interface: str) -> bool:
    try:
        answer = fcntl.ioctl(raw, SIOCGIFFLAGS, struct.pack("16sH22x", interface.encode(), 0))
    except OSError:
        return False
    return bool(struct.unpack_from("H", answer, 16)[0] & IFF_UP)


def record(interface: str, number: int, seconds: float) -> None:
    """Print `ready`, then what comes in, up to a number of frames; first wait until the interface is up."""
    end = time.monotonic() + seconds
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        while not is_up(raw, interface):
            assert time.monotonic() < end, f"there is no {interface}"
            time.sleep(0.01)
        raw.bind((interface, ETH_P_ALL))
        print("ready", flush=True)
        while number and (left := end - time.monotonic()) > 0:
            raw.settimeout(left)
            try:
                frame, (_, _, kind, *_) = raw.recvfrom(65535)
            except TimeoutError:
                break
            if kind != socket.PACKET_OUTGOING:
                print(frame.hex())
                number -= 1


def main(words: list[str]) -> None:
    match words:
        case ["ping", address, times, size]:
            print(ping(address, int(times), int(size)))
        case ["trace", address]:
            print(*trace(address))
        case ["datagram", address, port]:
            datagram(address, int(port))
        case ["send", interface, *frames]:
            send(interface, [bytes.fromhex(frame) for frame in frames])
        case ["record", interface, number, seconds]:
            record(interface, int(number), float(seconds))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
