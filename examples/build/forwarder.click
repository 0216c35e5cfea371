// Sends every packet back.
FromDPDKDevice(0) -> EtherMirror -> ToDPDKDevice(0);
