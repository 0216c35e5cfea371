provide(this);
InfiniteSource -> Discard;
