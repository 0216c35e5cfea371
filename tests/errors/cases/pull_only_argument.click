InfiniteSource -> Discard(ACTIVE false);
