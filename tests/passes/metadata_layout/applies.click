// Three annotations of one word cross the first queue, two others the second: these lie where the
// first were. The timestamp crosses both and is aligned. What is painted is not always the same.
elementclass Some { $color, $at |
  input -> s :: RoundRobinSwitch;
  s[0] -> Paint($color, $at) -> output;
  s[1] -> output;
}
FromDump(in.pcap)
  -> Some(1, 40) -> Some(2, 41) -> Some(3, 43) -> Queue -> Unqueue
  -> CheckPaint(1, 40) -> CheckPaint(2, 41) -> CheckPaint(3, 43)
  -> Some(4, 5) -> Some(5, 45) -> Queue -> Unqueue
  -> CheckPaint(4, 5) -> CheckPaint(5, 45)
  -> ToDump(out.pcap);
