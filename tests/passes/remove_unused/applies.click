// The paint is known, so is where the switches lead; what cannot be reached goes, and the join is
// none any more.
FromDPDKDevice(0) -> Paint(1) -> same :: CheckPaint(1)
  -> static :: StaticSwitch(1);
same[1] -> Print -> Queue -> Unqueue -> join :: Counter -> ToDPDKDevice(0);
static[0] -> Print(never) -> join;
static[1] -> paint :: PaintSwitch;
paint[0] -> Counter -> join;
paint[1] -> kind :: Classifier(12/0800, -) -> Strip(14) -> CheckIPHeader
  -> again :: CheckIPHeader -> version :: IPClassifier(ip vers 4, -) -> join;
kind[1] -> Discard;
again[1] -> Counter -> Discard;
version[1] -> Discard;
