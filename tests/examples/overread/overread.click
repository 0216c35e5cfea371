// The control of the sanitizer tests: an element that reads one byte too far.
FromDPDKDevice(0) -> OneByteTooFar -> ToDPDKDevice(0);
