// Two ways meet: what both know is known. Tests that failed are known, too, unless the bytes may
// have been missing then and are there now.
FromDPDKDevice(0) -> kind :: Classifier(12/0800 23/06, 12/0800 23/11, 12/0806, -);
kind[0] -> ip :: Classifier(12/0800 23/06, 12/0800 23/11, 12/0800, -) -> Discard;
kind[1] -> ip;
ip[1] -> Discard;
ip[2] -> Discard;
ip[3] -> Discard;
kind[2] -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02)
  -> more :: Classifier(26/0806, 12/0800, -) -> Discard;
more[1] -> Discard;
more[2] -> Discard;
kind[3] -> Strip(12) -> rest :: Classifier(0/0806, -) -> Discard;
rest[1] -> Discard;
