"""A configuration as a target of a user's build: what it depends on, and the files of CMake."""

from pmill.building.depfile import depfile, element_headers

__all__ = ["depfile", "element_headers"]
