a :: InfiniteSource; b :: Tee; c :: Strip(14);
a -> b [0]
[0] c -> Discard;
