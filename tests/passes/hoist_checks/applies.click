// The second check is as strict as the first one, and what happens between them keeps the header
// sound; the marks are there, and nobody reads the paint.
FromDPDKDevice(0) -> Classifier(12/0800) -> Strip(14)
  -> CheckIPHeader(INTERFACES 10.0.0.1/24, CHECKSUM true)
  -> DecIPTTL -> MarkIPHeader -> Counter -> Unstrip(14) -> Strip(14) -> Paint(1)
  -> again :: CheckIPHeader(INTERFACES 10.0.0.1/24, CHECKSUM true)
  -> weaker :: CheckIPHeader
  -> Strip(8) -> Unstrip(8) -> Discard;
