c :: Counter;
InfiniteSource -> c -> Discard;
c :: Tee;
