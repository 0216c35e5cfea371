// No device at all: reads a capture file, sorts its packets, and writes what is IPv4 and whole
// to another file with its timestamps untouched. The program stops when the file is read.
//
//   pmill run examples/capture.click IN=in.pcap OUT=ip.pcap REST=rest.pcap

define($IN in.pcap, $OUT ip.pcap, $REST rest.pcap);

FromDump($IN, STOP true)
  -> kind :: Classifier(12/0800, -)
  -> Strip(14)
  -> check :: CheckIPHeader(CHECKSUM true)
  -> Unstrip(14)
  -> good :: Counter
  -> ToDump($OUT, SNAPLEN 0);

rest :: Counter -> ToDump($REST, SNAPLEN 0);
kind[1] -> rest;
check[1] -> Unstrip(14) -> rest;
