"""`pmill nic`: the software network interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pmill.tools.start import Command, refuse, start_words, stray
from pmill.tools.words import Option, WrongWords

_COMMAND: Final = Command(
    name="pmill nic",
    synopsis="--build | --plugin",
    about="""\
net_pmill is a network interface in software: a DPDK driver with descriptor rings in
memory, behind which a thread does what hardware does. Any DPDK program can use it:

    dpdk-testpmd -d $(pmill nic --plugin) --vdev net_pmill0,generate=1024 -- …

docs/nic.md has its arguments.
""",
    options=(
        Option(name="build", help="build it, if it is not there"),
        Option(name="plugin", help="build it and print where the plugin is"),
        Option(name="help", help="print this text"),
    ),
)


def main(argv: Sequence[str]) -> int:
    """Build the plugin, print its place; returns the exit status."""
    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    if words.files:
        raise stray(words.files[0])
    if not words.has("build") and not words.has("plugin"):
        return refuse(_COMMAND, WrongWords("expected --build or --plugin"))
    from pmill.nic.build import plugin

    path = plugin()
    if words.has("plugin"):
        print(path)
    return 0
