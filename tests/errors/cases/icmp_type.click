InfiniteSource -> ICMPError(10.0.0.1, unreachble, needfrag) -> Discard;
