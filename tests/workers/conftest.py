"""The software network interface, for programs with several workers."""

from __future__ import annotations

from tests.nic.conftest import plugin

__all__ = ["plugin"]
