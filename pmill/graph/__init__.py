"""The pipeline graph: its model, printer and invariants; packets' metadata and who reads it."""

from pmill.graph.flow import flows, processing
from pmill.graph.liveness import (
    chooses_at_run_time,
    fields_read,
    fields_written,
    live_at_entry,
)
from pmill.graph.metadata import field_bits, field_names, fields_at
from pmill.graph.model import (
    TICKETS,
    Call,
    Connection,
    Element,
    HandlerUse,
    Home,
    PipelineGraph,
    Port,
    Processing,
    Value,
)
from pmill.graph.printer import CALLS, connection_key, print_graph
from pmill.graph.profiled import is_rare, share, with_packets
from pmill.graph.verify import verify
from pmill.syntax.classes import PASS_INFO

__all__ = [
    "CALLS",
    "PASS_INFO",
    "TICKETS",
    "Call",
    "Connection",
    "Element",
    "HandlerUse",
    "Home",
    "PipelineGraph",
    "Port",
    "Processing",
    "Value",
    "chooses_at_run_time",
    "connection_key",
    "field_bits",
    "field_names",
    "fields_at",
    "fields_read",
    "fields_written",
    "flows",
    "is_rare",
    "live_at_entry",
    "print_graph",
    "processing",
    "share",
    "verify",
    "with_packets",
]
