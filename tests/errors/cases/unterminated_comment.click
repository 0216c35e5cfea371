/* a comment without an end
InfiniteSource -> Discard;
