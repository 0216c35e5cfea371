"""C++ text -> LLVM bitcode or object, by clang."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pmill import cache
from pmill.resources import runtime_dir
from pmill.toolchain.tools import Tools

# What of a program is compiled: templates/program.cc.j2 says what belongs to which.
Half = Literal["USUAL", "REST"]


class CompilerError(Exception):
    """clang refused a text; `messages` is what it said."""

    def __init__(self, messages: str) -> None:
        super().__init__(messages)
        self.messages = messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """clang with the flags of one kind of program.

    With `sanitize`, clang itself runs all passes and makes objects: sanitizers are LLVM passes
    that only clang schedules.
    """

    tools: Tools
    march: str
    sanitize: tuple[str, ...] = ()
    include: tuple[Path, ...] = ()
    metadata: str = "overlaying"
    exchanges: str = ""  # the driver with which buffers are exchanged

    def flags(self) -> list[str]:
        """Return the flags that decide what the code means and which machine it is for."""
        runtime = runtime_dir()
        flags = [
            "-std=c++20",
            "-O3",
            "-fPIC",
            "-fno-exceptions",
            "-fno-rtti",
            "-Wall",
            "-Wextra",
            "-Wno-unused-function",
            "-Wno-unused-const-variable",
        ]
        flags.append(f"-DPMILL_METADATA_{self.metadata.upper()}")
        if self.exchanges:
            flags.append(f"-DPMILL_EXCHANGES_{self.exchanges.upper()}")
        flags += [f"-I{path}" for path in self.include]  # first: theirs replace pmill's elements
        flags += [f"-I{runtime / 'include'}", f"-I{runtime / 'elements'}"]
        flags += self.tools.dpdk_cflags
        flags += self.tools.machine_flags(self.march)  # after DPDK's own, which would win otherwise
        if self.sanitize:
            flags += [
                f"-fsanitize={','.join(self.sanitize)}",
                "-fno-sanitize-recover=undefined",
                "-fno-omit-frame-pointer",
                "-O1",
            ]
        if "thread" in self.sanitize:
            # DPDK's locks are assembly, which ThreadSanitizer does not see, unless told not to be.
            flags += ["-DRTE_FORCE_INTRINSICS", "-gline-tables-only"]
        return flags

    def bitcode(self, source: Path, half: Half | None = None, *, lines: bool = False) -> Path:
        """Compile a program, or a half of one, to bitcode on which no LLVM pass has run.

        With `lines` its instructions know the lines and the functions that they come from.
        """
        extra = ["-Xclang", "-disable-llvm-passes", "-emit-llvm"]
        if lines:
            extra += _WITH_LINES
        return self._compile(source, extra, "bc", half)

    def object(self, source: Path, half: Half | None = None) -> Path:
        """Compile a program, or a half of one, to an object, all passes by clang.

        The rest of a program, start-up and rare ways, is compiled with less effort: nobody waits
        for it when it runs, but for its compilation.
        """
        return self._compile(source, _LESS if half == "REST" else [], "o", half)

    def rest_as_text(self, source: Path) -> Path:
        """Return the IR of the rest of a program, with lines, as `object` makes it."""
        extra = [*_LESS, _WITH_LINES[0], "-S", "-emit-llvm"]  # the other changes what clang does
        return self._compile(source, extra, "ll", "REST")

    def rest_as_assembly(self, ir: Path) -> Path:
        """Return what clang makes of the IR of the rest, an assembler text."""
        target = ir.with_suffix(".s")
        alone = ["-Xclang", "-disable-llvm-passes", "-S", "-x", "ir", str(ir)]
        self._run(
            [
                *self.tools.machine_flags(self.march),
                "-fPIC",
                "-w",
                *_LESS,
                *alone,
                "-o",
                str(target),
            ]
        )
        return target

    def prepare(self) -> list[Path]:
        """Return the objects of the runtime's own code, compiled once, beside its header."""
        with ThreadPoolExecutor() as pool:
            # The header first: all but the support waits for it.
            made = [pool.submit(f) for f in (self._header, self._support, self._packets)]
            return [future.result() for future in made[1:]]

    def part(self, name: str) -> Path:
        """Return the object of a part of the runtime, compiled once as carefully as a program."""
        source = runtime_dir() / "src" / f"{name}.cc"
        command = ["-include-pch", str(self._header()), *_SECTIONS, "-c", str(source)]
        return self._cached(name, command, "o")

    def data(self, work: Path, symbol: str, content: bytes) -> Path:
        """Write bytes into an object, which has them as the constant `symbol`."""
        raw, source = work / f"{symbol}.bin", work / f"{symbol}.s"
        raw.write_bytes(content)
        lines = (
            '.section .rodata.pmill,"a",@progbits',
            ".balign 64",
            f".globl {symbol}",
            f".type {symbol}, @object",
            f"{symbol}:",
            f'.incbin "{raw}"',
            f".size {symbol}, {len(content)}",
            '.section .note.GNU-stack,"",@progbits',
        )
        source.write_text("".join(f"{line}\n" for line in lines))
        target = work / f"{symbol}.o"
        self._run(["-c", str(source), "-o", str(target)])
        raw.unlink()
        source.unlink()
        return target

    def offsets(self, header: str, record: str) -> dict[int, str]:
        """Return the members of a C structure by their offsets in bytes, from a header of DPDK's.

        Of several members at one place (unions) the first that has a name is taken, and an array,
        which stands for what lies there together, only when there is no other.
        """
        text = f"#include <{header}>\nstatic_assert(sizeof({record}) != 0);\n"
        flags = self.flags()
        name = cache.key(flags, text, self.tools.identity)

        def make(work: Path) -> None:
            layout = ["-Xclang", "-fdump-record-layouts", "-fsyntax-only", "-x", "c++", "-"]
            found = _offsets(self._run([*flags, "-w", *layout], text), record)
            (work / "layout.json").write_text(json.dumps(found))

        entry = cache.made("record", name, make, ("layout.json",))
        return {int(k): v for k, v in json.loads((entry / "layout.json").read_text()).items()}

    def _support(self) -> Path:
        """No packet runs through it: compiling it fast is worth more than fast code."""
        source = runtime_dir() / "src" / "support.cc"
        return self._cached("support", ["-O0", *_SECTIONS, "-c", str(source)], "o")

    def _packets(self) -> Path:
        return self.part("packets")

    def _compile(self, source: Path, extra: Sequence[str], suffix: str, half: Half | None) -> Path:
        """Compile a file to one beside it."""
        target = source.with_name(f"{half.lower()}.{suffix}" if half else f"program.{suffix}")
        # Warnings would be shown to nobody, and to find them takes its time.
        command = [*self.flags(), "-w", *extra, "-include-pch", str(self._header())]
        if half:
            command.append(f"-DPMILL_{half}")
        if self.include and half != "REST":  # the halves include the same headers
            command += ["-MD", "-MF", str(source.with_suffix(".d"))]
        self._run([*command, "-c", str(source), "-o", str(target)])
        return target

    def _header(self) -> Path:
        """Return the precompiled header: what programs are made of, and all of pmill's elements.

        What of it is known without a program is instantiated in it already.
        """
        elements = runtime_dir() / "elements"
        names = sorted(str(path.relative_to(elements)) for path in elements.glob("*/*.hh"))
        if self.include:  # one of theirs may replace one of these
            names = []
        text = "".join(f"#include <{name}>\n" for name in ["pmill/pmill.hh", *names])
        command = ["-fpch-instantiate-templates", "-x", "c++-header", "-"]
        return self._cached("header", command, "pch", text)

    def records(self, source: Path) -> str:
        """Return how clang lays out the classes of a program: a text, one line a member."""
        alone = ["-fsyntax-only", "-Xclang", "-fdump-record-layouts", "-w"]
        command = [*self.flags(), *alone, "-include-pch", str(self._header()), str(source)]
        return self._run(command)

    def check(self, texts: Iterable[str]) -> None:
        """Check texts, each once while what it is made of stays; CompilerError if one is wrong.

        Those that are new are checked together, as one translation unit.
        """
        flags = [*self.flags(), "-include-pch", str(self._header()), "-fsyntax-only", "-x", "c++"]
        sources = cache.fingerprint([runtime_dir(), *self.include])
        names = {cache.key(flags, text, self.tools.identity, sources): text for text in texts}
        new = {n: text for n, text in names.items() if cache.lookup("checked", n) is None}
        if not new:
            return
        self._run([*flags, "-"], "\n".join(new.values()))
        for name, text in new.items():
            with cache.store("checked", name) as work:
                (work / "check.cc").write_text(text)

    def _cached(self, kind: str, command: Sequence[str], suffix: str, text: str = "") -> Path:
        """Return a file that the runtime and the flags decide; `text` is clang's input.

        Where other elements are included from is none of its business.
        """
        flags = replace(self, include=()).flags()
        runtime = runtime_dir()
        folders = [runtime / "include", runtime / "elements" if text else runtime / "src"]
        name = cache.key(flags, command, text, self.tools.identity, cache.fingerprint(folders))
        file = f"{kind}.{suffix}"
        entry = cache.made(
            kind, name, lambda work: self._run([*flags, *command, "-o", str(work / file)], text)
        )
        return entry / file

    def _run(self, arguments: Sequence[str], text: str = "") -> str:
        done = subprocess.run(
            [self.tools.clang, "-fno-color-diagnostics", *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CompilerError(done.stderr)
        return done.stdout


# For profiling: with the full names of functions.
_WITH_LINES = ("-gline-tables-only", "-fdebug-info-for-profiling")
# What is seldom run is compiled fast.
_LESS = ("-O1", "-mllvm", "-fast-isel")
# So that a program gets only what it uses of an object.
_SECTIONS = ("-ffunction-sections", "-fdata-sections")

_MEMBER = re.compile(r"^ *(\d+)(?::\d+-\d+)? \|(?P<indent> +)(?P<type>.*?)(?P<name>\w+)$")


def _offsets(layouts: str, record: str) -> dict[int, str]:
    """Read the members of a record out of what clang tells of all it has laid out."""
    found: dict[int, str] = {}
    for part in layouts.split("*** Dumping AST Record Layout"):
        lines = part.strip().splitlines()
        if not lines or not re.search(rf"\| struct {record}$", lines[0]):
            continue
        arrays: set[int] = set()
        for line in lines[1:]:
            member = _MEMBER.match(line)
            if not member or "RTE_MARKER" in member["type"] or "[0]" in member["type"]:
                continue
            offset = int(member[1])
            if offset not in found or offset in arrays:
                found[offset] = member["name"]
            if "[" in member["type"]:
                arrays.add(offset)
            else:
                arrays.discard(offset)
    return found


_MESSAGE = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<kind>[a-z ]+): ", re.M
)


def error_groups(messages: str) -> list[str]:
    """Split clang's output into errors, each with the notes that follow and precede it."""
    groups: list[list[str]] = []
    before: list[str] = []
    for line in messages.splitlines():
        found = _MESSAGE.match(line)
        if found and "error" in found["kind"]:
            groups.append([*before, line])
            before = []
        elif line.startswith("In file included from"):
            before.append(line)
        elif groups:
            groups[-1].append(line)
    return ["\n".join(g) for g in groups]
