"""pmill compiles Click configurations into specialised DPDK programs."""

__version__ = "0.1.0"

__all__ = ["__version__"]
