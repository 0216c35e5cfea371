InfiniteSource -> c :: Classifier(12/08q0, 12, -);
c[0] -> Discard; c[1] -> Discard; c[2] -> Discard;
