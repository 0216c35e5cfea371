"""The software network interface net_pmill: a DPDK driver, built on demand.

headers.py   DPDK's driver headers, which Debian packages only as source
build.py     runtime/nic -> librte_net_pmill.so, a plugin that any DPDK program can load
command.py   `pmill nic`
"""

from pmill.nic.build import plugin

__all__ = ["plugin"]
