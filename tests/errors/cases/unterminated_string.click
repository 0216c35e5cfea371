InfiniteSource(DATA "hello) -> Discard;
