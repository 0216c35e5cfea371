require(package "grid");
InfiniteSource -> Discard;
