InfiniteSource -> Strip(14, 15) -> Discard;
