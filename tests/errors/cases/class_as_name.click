Counter :: Counter;
InfiniteSource -> Counter -> Discard;
