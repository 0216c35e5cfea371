elementclass Both { $a, $b | input -> Strip($a) -> Unstrip($b) -> output }
InfiniteSource -> Both(14) -> Discard;
