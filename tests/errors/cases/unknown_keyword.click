InfiniteSource(LIMIT 5, BRUST 3) -> Discard;
