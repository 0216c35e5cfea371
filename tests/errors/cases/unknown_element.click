FromDPDKDevice(0) -> EtherMirorr -> ToDPDKDevice(0);
