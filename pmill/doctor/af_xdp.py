"""What ports on AF_XDP sockets need (`xdp:eth0`): libbpf to compile, and of the kernel, rights."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final

from pmill.doctor.finding import Finding, note, ok

_AF_XDP: Final = 44
_LEAST_KERNEL: Final = (5, 4)
_STATUS: Final = Path("/proc/self/status")
# Numbers of capabilities, from linux/capability.h, and who else may do the same.
_NEEDED: Final = {
    "cap_net_raw": (13, 13),
    "cap_net_admin": (12, 12),
    "cap_bpf": (39, 21),  # or cap_sys_admin, of which it was a part until Linux 5.8
    "cap_ipc_lock": (14, 14),
}


def libraries() -> Finding:
    """Judge libbpf; DPDK's own driver, which pmill does not need, takes libxdp, too."""
    versions = {name: _version(name) for name in ("libbpf", "libxdp")}
    if versions["libbpf"] is None:
        what = "not installed; programs with ports xdp:INTERFACE need it to be compiled"
        return note("libbpf", what, "apt-get install libbpf-dev")
    other = versions["libxdp"]
    more = f", and libxdp {other}" if other else "; without libxdp, which only net_af_xdp takes"
    return ok("libbpf", f"{versions['libbpf']}{more}")


def af_xdp() -> Finding:
    """Judge whether the kernel has AF_XDP sockets, and whether this user may use them."""
    release = os.uname().release
    if _kernel(release) < _LEAST_KERNEL:
        what = f"Linux {release} is too old for ports xdp:INTERFACE"
        return note("AF_XDP", what, "boot Linux 5.4 or newer; FromDevice and ToDevice do without")
    error = _socket_error()
    if error == errno.EAFNOSUPPORT:
        what = f"Linux {release} was built without CONFIG_XDP_SOCKETS"
        return note("AF_XDP", what, "boot another kernel; FromDevice and ToDevice do without")
    lacking = _lacking()
    if lacking:
        advice = f"sudo setcap {','.join(_NEEDED)}+ep PROGRAM, or run it as root"
        return note(
            "AF_XDP", f"Linux {release} has it; this user lacks {', '.join(lacking)}", advice
        )
    if error:
        return note(
            "AF_XDP", f"no socket: {os.strerror(error)}", "do without: FromDevice, ToDevice"
        )
    return ok("AF_XDP", f"Linux {release}; interfaces of the kernel can be ports xdp:INTERFACE")


def _kernel(release: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", release)[:2])


def _socket_error() -> int:
    """Open a socket; the errno, 0 when there is none. It is not bound to anything."""
    try:
        with socket.socket(_AF_XDP, socket.SOCK_RAW):
            return 0
    except OSError as error:
        return error.errno or errno.EIO


def _lacking() -> list[str]:
    """The capabilities that this process does not have."""
    found = re.search(r"(?m)^CapEff:\s*([0-9a-f]+)$", _STATUS.read_text())
    held = int(found[1], 16) if found else 0
    return [
        name
        for name, numbers in _NEEDED.items()
        if not any(held >> number & 1 for number in numbers)
    ]


def _version(library: str) -> str | None:
    if shutil.which("pkg-config") is None:
        return None
    command = ["pkg-config", "--modversion", library]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
