InfiniteSource -> c :: Classifier(12/0800, 12/0806);
c[0] -> Discard;
c[1] -> Discard;
c[2] -> Discard;
