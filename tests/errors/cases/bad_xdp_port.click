FromDPDKDevice(xdp:eth0) -> ToDPDKDevice(xdp:);
FromDPDKDevice(xdp:my/first) -> ToDPDKDevice(PORT xdp:interface-number-2);
