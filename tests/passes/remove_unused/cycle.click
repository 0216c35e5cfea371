// A way that no packet takes stays where without it a cycle would close elsewhere, and where a
// source would wait for other queues.
FromDPDKDevice(0) -> s :: StaticSwitch(1);
s[0] -> a :: Counter -> t :: Tee(2) -> b :: Counter -> a;
t[1] -> Discard;
s[1] -> b;
InfiniteSource -> which :: StaticSwitch(0) -> Queue -> Unqueue -> Discard;
which[1] -> Print -> Queue -> Unqueue -> Discard;
