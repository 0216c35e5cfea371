// Three annotations of one word cross the first queue, two others the second: these lie where the
// first were. The timestamp crosses both and is aligned.
FromDump(in.pcap)
  -> Paint(1, 40) -> Paint(2, 41) -> Paint(3, 43) -> Queue -> Unqueue
  -> CheckPaint(1, 40) -> CheckPaint(2, 41) -> CheckPaint(3, 43)
  -> Paint(4, 5) -> Paint(5, 45) -> Queue -> Unqueue
  -> CheckPaint(4, 5) -> CheckPaint(5, 45)
  -> ToDump(out.pcap);
