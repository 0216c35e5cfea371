InfiniteSource - > Discard;
