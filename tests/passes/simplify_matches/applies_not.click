// Nothing is known where one of the ways says nothing, behind an element that says nothing about
// itself, and where the length that was tested is cut off.
in :: FromDPDKDevice(0) -> s :: RoundRobinSwitch;
s[0] -> Classifier(12/0800 23/06) -> join :: Classifier(12/0800, -) -> Discard;
s[1] -> join;
join[1] -> Discard;
s[2] -> Classifier(36/0050) -> Truncate(30) -> cut :: Classifier(36/0050, -) -> Discard;
cut[1] -> Discard;
s[3] -> Strip(14) -> CheckIPHeader -> IPFragmenter(1500) -> f :: IPFilter(allow ip vers 4, drop all)
  -> Discard;
s[4] -> MarkIPHeader(14) -> g :: IPClassifier(ip vers 4, -) -> Discard;
g[1] -> Discard;
