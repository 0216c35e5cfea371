"""Objects -> executable, with DPDK."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from pmill.diagnostics import fail
from pmill.toolchain.tools import Tools


def link(tools: Tools, objects: Sequence[Path], output: Path, sanitize: Sequence[str]) -> None:
    """Link an executable; PM0705 with the linker's words when it does not."""
    command = [tools.clang, "-fuse-ld=lld", "-Wl,--gc-sections", "-o", str(output)]
    # Drivers are loaded when the program runs, and are to find ours: runtime/src/kernel/fanout.cc.
    command.append("-Wl,--export-dynamic-symbol=setsockopt")
    if sanitize:
        command.append(f"-fsanitize={','.join(sanitize)}")
    command += [str(o) for o in objects]
    command += tools.dpdk_libs
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail(
            "PM0705",
            f"the program cannot be linked:\n{done.stderr.strip()}",
            hint="are lld-19 and libdpdk-dev installed?",
        )
