"""Elaboration: a flat configuration and the element specs become a typed `PipelineGraph`."""

from pmill.elaborate.elaboration import elaborate

__all__ = ["elaborate"]
