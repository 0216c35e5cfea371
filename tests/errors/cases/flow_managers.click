// Elements that keep something for each flow, and who tells flows.
FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader -> nobody :: FlowCounter -> Discard;
FromDPDKDevice(1) -> Strip(14) -> CheckIPHeader -> a :: FlowIPManagerIMP -> two :: FlowCounter -> Discard;
FromDPDKDevice(2) -> Strip(14) -> CheckIPHeader -> b :: FlowIPManagerIMP -> two;
b[1] -> other :: FlowCounter(MANAGER a) -> Discard;
FromDPDKDevice(3) -> Strip(14) -> CheckIPHeader -> FlowIPManagerIMP
  -> Queue -> Null -> Unqueue -> late :: FlowIPNAT(192.0.2.1) -> Discard;
