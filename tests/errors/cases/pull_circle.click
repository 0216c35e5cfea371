s :: RoundRobinSched -> n :: PullNull -> t :: PullTee -> [1] s;
t[1] -> Discard;
InfiniteSource -> Queue -> s;
