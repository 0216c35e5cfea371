// What is known where packets wait for their burst, of each lookup all that comes to it.
FromDPDKDevice(0) -> Classifier(12/0800) -> Strip(14) -> CheckIPHeader
  -> work :: WorkPackage(S 4, N 5) -> out :: ToDPDKDevice(0);
FromDPDKDevice(1) -> c :: Classifier(30/01, 12/08, -);
c[0] -> both :: FarTable(ENTRIES 16777216) -> out;
c[1] -> both;
c[2] -> any :: FarTable(ENTRIES 16777216) -> Discard;
