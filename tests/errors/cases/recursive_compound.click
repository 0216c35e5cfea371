elementclass Loop { input -> Loop -> output }
InfiniteSource -> Loop -> Discard;
