"""Objects -> executable, with DPDK."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from pmill.diagnostics import fail
from pmill.toolchain.tools import Tools


def join(tools: Tools, objects: Sequence[Path], output: Path) -> Path:
    """Make one object of several."""
    command = [tools.clang, "-fuse-ld=lld", "-nostdlib", "-r", "-o", str(output)]
    subprocess.run([*command, *map(str, objects)], capture_output=True, check=True)
    return output


def link(
    tools: Tools,
    objects: Sequence[Path],
    output: Path,
    sanitize: Sequence[str],
    libraries: Sequence[str] = (),
) -> None:
    """Link an executable, with `libraries` beside DPDK's; PM0705 when it cannot be linked."""
    # Drivers are loaded when the program runs, and are to find ours: runtime/src/kernel/fanout.cc.
    flags = ["--gc-sections", "--export-dynamic-symbol=setsockopt"]
    paths = [*map(str, objects), *libraries]
    if sanitize:  # clang adds what the sanitizers need
        command = [tools.clang, "-fuse-ld=lld", f"-fsanitize={','.join(sanitize)}"]
        command += [f"-Wl,{flag}" for flag in flags]
        command += ["-o", str(output), *paths, *tools.dpdk_libs]
    else:
        given = {"OUTPUT": [str(output)], "OBJECTS": [*flags, *paths]}
        command = [word for part in tools.linker for word in given.get(part, [part])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail(
            "PM0705",
            f"the program cannot be linked:\n{done.stderr.strip()}",
            hint="are lld-19 and libdpdk-dev installed?",
        )
