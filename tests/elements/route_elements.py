"""What the classes of routing elements have in common: their handlers, in a program that runs."""

from __future__ import annotations

from pathlib import Path

from tests.elements.ip_frames import ether, udp
from tests.elements.programs import run_program
from tests.traffic.pcap import write_pcap

COMMANDS = """
    print r.lookup 10.0.0.1, print r.lookup 10.1.0.1, print r.lookup 99.0.0.1,
    write r.add 10.0.0.0/24 1.2.3.4 1, print r.lookup 10.0.0.1,
    write r.set 10.0.0.0/24 0, print r.lookup 10.0.0.1,
    write r.remove 10.0.0.0/24, write r.ctrl set 0/0 0, print r.lookup 99.0.0.1,
"""
ANSWERS = ["0", "1 10.0.0.9", "-1", "1 1.2.3.4", "0", "0"]
TABLE = "0.0.0.0/0\t-\t0\n10.0.0.0/8\t-\t0\n10.1.0.0/16\t10.0.0.9\t1"


def check_changes(folder: Path, name: str, *, level: int, flush: bool) -> None:
    """A table is asked and changed by a script; then packets run through what it has become."""
    script = f"{COMMANDS} print r.table"
    if flush:
        script += ", write r.flush, print r.lookup 10.0.0.1, write r.add 10.0.0.0/8 1"
    text = f"""
        DriverManager({script}, write in.active true, wait_stop,
          print a.count, print b.count, print r.no_route);
        in :: FromDump(in.pcap, ACTIVE false, STOP true) -> MarkIPHeader(14) -> GetIPAddress(IP dst)
          -> r :: {name}(10.0.0.0/8 0, 10.1.0.0/16 10.0.0.9 1);
        r[0] -> a :: Counter -> Discard;
        r[1] -> b :: Counter -> Discard;
    """
    frames = [bytes(ether(udp(dst=a))) for a in ("10.0.0.1", "10.1.0.1", "99.0.0.1")]
    write_pcap(folder / "in.pcap", [(n, frame) for n, frame in enumerate(frames)])
    run = run_program(folder, text, level=level)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode().partition("{")[0].splitlines()
    counts = ["0", "2", "1"] if flush else ["2", "1", "0"]
    assert lines == [*ANSWERS, *TABLE.splitlines(), *(["-1"] if flush else []), *counts]
