InfiniteSource -> Strip(14) -> Tee(3) -> Discard;
