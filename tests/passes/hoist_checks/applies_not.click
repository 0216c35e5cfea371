// A check that is stricter, at another place, of an address that routing has changed, behind a way
// around the first check or a change of the header is made.
FromDPDKDevice(0) -> s :: RoundRobinSwitch;
s[0] -> CheckIPHeader(14, CHECKSUM false) -> CheckIPHeader(14, CHECKSUM true) -> Discard;
s[1] -> CheckIPHeader(14) -> CheckIPHeader(14, BADSRC 10.0.0.1) -> Discard;
s[2] -> CheckIPHeader(14) -> CheckIPHeader(0) -> Discard;
s[3] -> CheckIPHeader(14) -> StaticIPLookup(0.0.0.0/0 10.0.0.9 0) -> CheckIPHeader(14)
  -> StaticIPLookup(0.0.0.0/0 0) -> Discard;
s[4] -> CheckIPHeader(14) -> join :: CheckIPHeader(14) -> Discard;
s[5] -> join;
s[6] -> CheckIPHeader(14) -> Truncate(30) -> CheckIPHeader(14) -> Discard;
s[7] -> CheckIPHeader(14) -> IPFragmenter(1500) -> CheckIPHeader(14) -> Discard;
// Nobody knows whether there are bytes to strip, or whether there is room.
s[8] -> Strip(14) -> Unstrip(14) -> Discard;
s[9] -> Unstrip(14) -> Strip(14) -> Discard;
s[10] -> Classifier(12/0800) -> Strip(14) -> Unstrip(4) -> Discard;
// What is written is read, or is named.
s[11] -> Paint(1) -> Print -> Discard;
s[12] -> paint :: Paint(1) -> Discard;
s[13] -> MarkIPHeader(14) -> MarkIPHeader(14) -> IPPrint -> Discard;
DriverManager(wait_stop, print paint.color);
