"""The pipeline graph: its model, printer and invariants; packets' metadata and who reads it."""

from pmill.graph.deciding import reads_headers
from pmill.graph.flow import flows, processing, queues_ahead
from pmill.graph.liveness import (
    carried,
    chooses_at_run_time,
    fields_read,
    fields_written,
    held_at_entry,
    live_at_entry,
    read_behind,
    union,
    written_at_entry,
    written_at_inputs,
)
from pmill.graph.matching import (
    boxed,
    counting,
    matched_by,
    rules_of,
    steps_cpp,
    with_hits,
)
from pmill.graph.metadata import field_bits, field_names, fields, fields_at, names_of
from pmill.graph.model import (
    TICKETS,
    Call,
    Connection,
    Element,
    HandlerUse,
    Home,
    Patterns,
    PipelineGraph,
    Place,
    Port,
    Processing,
    Told,
    Value,
)
from pmill.graph.printer import CALLS, connection_key, print_graph
from pmill.graph.profiled import is_rare, share, with_packets
from pmill.graph.stages import Stages, plan_stages, stages_of
from pmill.graph.verify import verify
from pmill.graph.workers import Meeting, Verdict, Way, conflict, meetings, serves_one
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
    "Meeting",
    "Patterns",
    "PipelineGraph",
    "Place",
    "Port",
    "Processing",
    "Stages",
    "Told",
    "Value",
    "Verdict",
    "Way",
    "boxed",
    "carried",
    "chooses_at_run_time",
    "conflict",
    "connection_key",
    "counting",
    "field_bits",
    "field_names",
    "fields",
    "fields_at",
    "fields_read",
    "fields_written",
    "flows",
    "held_at_entry",
    "is_rare",
    "live_at_entry",
    "matched_by",
    "meetings",
    "names_of",
    "plan_stages",
    "print_graph",
    "processing",
    "queues_ahead",
    "read_behind",
    "reads_headers",
    "rules_of",
    "serves_one",
    "share",
    "stages_of",
    "steps_cpp",
    "union",
    "verify",
    "with_hits",
    "with_packets",
    "written_at_entry",
    "written_at_inputs",
]
