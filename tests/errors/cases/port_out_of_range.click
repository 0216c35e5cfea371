InfiniteSource -> Strip(14) [1] -> Discard;
