InfiniteSource(LIMIT many) -> Paint(300) -> Discard;
