// Checks on two ways that meet; what the second way checks more is not known behind.
FromDPDKDevice(0) -> s :: RoundRobinSwitch;
s[0] -> CheckIPHeader(14, CHECKSUM false) -> join :: CheckIPHeader(14, CHECKSUM false)
  -> Queue -> Unqueue -> pulled :: CheckIPHeader(14, CHECKSUM false) -> Discard;
s[1] -> CheckIPHeader(14, CHECKSUM true) -> t :: Tee(2) -> join;
t[1] -> copy :: CheckIPHeader(14) -> Discard;
s[2] -> Strip(14) -> CheckIPHeader -> Unstrip(14) -> moved :: CheckIPHeader(14) -> Discard;
