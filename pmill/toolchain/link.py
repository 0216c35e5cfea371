"""Objects -> executable, with DPDK."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pmill.diagnostics import fail
from pmill.toolchain.tools import Tools


def join(tools: Tools, objects: Sequence[Path], output: Path) -> Path:
    """Make one object of several."""
    command = [tools.clang, "-fuse-ld=lld", "-nostdlib", "-r", "-o", str(output)]
    subprocess.run([*command, *map(str, objects)], capture_output=True, check=True)
    return output


def archive(tools: Tools, objects: Sequence[Path], output: Path, names: Mapping[str, str]) -> None:
    """Make a static library that shows nothing but `names`: symbols, and their names there.

    It is one object. Section groups are dissolved: those of two libraries would be taken for copies
    of each other, and one of them thrown away. PM0705 when that cannot be done.
    """
    whole, shown = output.with_name("shown.o"), output.with_name("hidden.o")
    join = [tools.clang, "-fuse-ld=lld", "-nostdlib", "-r", "-Wl,--force-group-allocation"]
    hide = [f"--keep-global-symbol={new}" for new in names.values()]
    rename = [f"--redefine-sym={old}={new}" for old, new in names.items()]
    output.unlink(missing_ok=True)
    for command in (
        [*join, "-o", str(whole), *map(str, objects)],
        ["objcopy", *rename, *hide, str(whole), str(shown)],
        ["ar", "rcsD", str(output), str(shown)],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            said = done.stderr.strip() if done.returncode else ""
        except FileNotFoundError:
            said = f"there is no {command[0]}"
        if said:
            raise fail(
                "PM0705",
                f"the library cannot be made:\n{said}",
                hint="are lld-19 and binutils installed?",
            )


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
