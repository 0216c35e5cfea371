"""The pipeline graph: its model, printer, invariants, and the metadata fields packets carry."""

from pmill.graph.flow import flows
from pmill.graph.metadata import field_bits, field_names, fields_at
from pmill.graph.model import (
    Call,
    Connection,
    Element,
    PipelineGraph,
    Port,
    Processing,
    Value,
)
from pmill.graph.printer import CALLS, connection_key, print_graph
from pmill.graph.verify import verify
from pmill.syntax.classes import PASS_INFO

__all__ = [
    "CALLS",
    "PASS_INFO",
    "Call",
    "Connection",
    "Element",
    "PipelineGraph",
    "Port",
    "Processing",
    "Value",
    "connection_key",
    "field_bits",
    "field_names",
    "fields_at",
    "flows",
    "print_graph",
    "verify",
]
