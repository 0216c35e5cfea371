"""How much code an element is: what a copy of it costs.

In machine instructions, of what lies on the usual ways through the element when it is inlined into
a loop body. Measured, between FromDPDKDevice and ToDPDKDevice behind what usually stands there, as
the difference that the element makes to the loop's function; that is no property of an element
alone, for what is known of a packet saves checks, so numbers are rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pmill.graph import Element, Value

_MEASURED: Final[Mapping[str, int]] = {
    "Align": 80,
    "ARPQuerier": 60,
    "ARPResponder": 45,
    "AverageCounter": 65,
    "CheckICMPHeader": 105,
    "CheckIPHeader": 60,
    "CheckIPHeader2": 50,
    "CheckPaint": 5,
    "CheckTCPHeader": 85,
    "CheckUDPHeader": 85,
    "Classifier": 10,
    "Counter": 5,
    "DecIPTTL": 25,
    "Discard": 10,
    "DropBroadcasts": 5,
    "EnsureDPDKBuffer": 0,
    "EtherEncap": 60,
    "EtherMirror": 25,
    "EtherRewrite": 25,
    "EtherVLANEncap": 110,
    "FixIPSrc": 5,
    "GetIPAddress": 5,
    "HostEtherFilter": 35,
    "ICMPPingResponder": 75,
    "Idle": 5,
    "IPClassifier": 20,
    "IPFilter": 20,
    "IPFragmenter": 60,
    "IPGWOptions": 5,
    "IPInputCombo": 60,
    "IPPrint": 15,
    "MarkIPHeader": 5,
    "MarkMACHeader": 5,
    "Null": 0,
    "Paint": 5,
    "PaintSwitch": 10,
    "PaintTee": 35,
    "Print": 15,
    "PushNull": 0,
    "Queue": 70,
    "SetIPAddress": 5,
    "SetIPChecksum": 15,
    "SetTCPChecksum": 45,
    "SetTimestamp": 5,
    "SetUDPChecksum": 60,
    "SetVLANAnno": 5,
    "Strip": 20,
    "StripEtherVLANHeader": 25,
    "Switch": 5,
    "ToDPDKDevice": 10,
    "Truncate": 15,
    "UDPIPEncap": 110,
    "Unstrip": 40,
    "VLANDecap": 15,
    "VLANEncap": 95,
    "WorkPackage": 100,
}
_UNKNOWN: Final = 30
# Of programs and routes that become code: for each item.
_ITEM: Final = 5
_PROGRAMS: Final = frozenset(("Classifier", "IPClassifier", "IPFilter"))
_ROUTES: Final = "lpm::Routes"


def weight(element: Element) -> int:
    """Return about how many machine instructions a copy of an element is."""
    routes = _routes(element)
    own = _MEASURED.get(element.spec.name, 10 if routes else _UNKNOWN)
    if not element.frozen:
        return own
    items = sum(value.cpp.count("Route{") for value in routes)  # none of a table
    if element.spec.name in _PROGRAMS:
        items += sum(value.count or 0 for value in element.arguments.values())
    return own + _ITEM * items


def decides(element: Element) -> bool:
    """Return whether an element sends packets by a program, or by routes, that became code."""
    return element.frozen and (element.spec.name in _PROGRAMS or bool(_routes(element)))


def _routes(element: Element) -> list[Value]:
    return [element.arguments[arg.name] for arg in element.spec.arguments if arg.type == _ROUTES]
