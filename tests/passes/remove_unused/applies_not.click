// Nothing is known about the paint or the switch that is kept changeable; a drop is counted; a sink
// may stay where it is; and what is named stays.
FromDPDKDevice(0) -> s :: RoundRobinSwitch;
s[0] -> IPFragmenter(1500) -> p :: PaintSwitch -> Paint(2) -> join :: CheckPaint(1) -> Print -> Discard;
p[1] -> Counter -> Paint(1) -> join;
join[1] -> Print -> Discard;
s[1] -> kept :: Switch(0) -> Print -> Discard;
kept[1] -> Print -> Discard;
s[2] -> StaticSwitch(-1) -> Discard;
s[3] -> Paint(3) -> CheckPaint(4) -> Discard;
s[4] -> IPFilter(drop all) -> Discard;
s[5] -> named :: StaticSwitch(0) -> Discard;
named[1] -> Discard;
DriverManager(wait_stop, write kept.switch 1, read named.config);
