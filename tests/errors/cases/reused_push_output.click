s :: InfiniteSource;
s -> Discard;
s -> Counter -> Discard;
