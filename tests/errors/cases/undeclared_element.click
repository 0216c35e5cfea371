InfiniteSource -> counter -> Discard;
