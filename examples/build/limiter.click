// Lowers the TTL of IPv4 packets and sends all back where they came from.
//
//   pmill run -I elements limiter.click --pcap in.pcap --out out.pcap
require(library ports.click);

in :: FromDPDKDevice($PORT);
out :: ToDPDKDevice($PORT);
in -> kind :: Classifier(12/0800, -);
kind[0] -> MarkIPHeader(14) -> limit :: LimitIPTTL($LIMIT) -> out;
kind[1] -> out;
