// Nothing is known, and nothing is kept.
FromDPDKDevice(0) -> Queue -> Unqueue -> CheckIPHeader(14) -> Discard;
FromDPDKDevice(1) -> CheckIPHeader(14) -> Truncate(60) -> Discard;
