InfiniteSource -> c :: Classifier(12/0800, -);
c[0] -> Discard;
s :: Strip(14);
