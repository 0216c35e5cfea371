InfiniteSource(LIMIT $N) -> Discard;
