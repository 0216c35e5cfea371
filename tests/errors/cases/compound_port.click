elementclass One { input -> Strip(14) -> output }
InfiniteSource -> o :: One -> Discard;
o[1] -> Discard;
