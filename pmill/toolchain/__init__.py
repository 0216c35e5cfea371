"""clang, DPDK and the linker: C++ text in, executables out."""

from pmill.toolchain.clang import Compiler, CompilerError, Half, error_groups
from pmill.toolchain.libraries import libraries_for
from pmill.toolchain.link import archive, join, link
from pmill.toolchain.tools import TESTED_DPDK, Tools, find_tools

__all__ = [
    "TESTED_DPDK",
    "Compiler",
    "CompilerError",
    "Half",
    "Tools",
    "archive",
    "error_groups",
    "find_tools",
    "join",
    "libraries_for",
    "link",
]
