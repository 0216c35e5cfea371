"""The software network interface net_pmill: a DPDK driver, built on demand.

headers.py   DPDK's driver headers, which Debian packages only as source
build.py     runtime/nic -> librte_net_pmill.so, a plugin that any DPDK program can load, or an
             object for programs of pmill's own
command.py   `pmill nic`
"""

from pmill.nic.build import contained, plugin

__all__ = ["contained", "plugin"]
