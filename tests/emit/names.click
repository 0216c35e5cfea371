// counts: int.count 2, class.count 2, a_b.count 2, a/b.count 2, outer/b/b.count 2, main.count 2, _9.count 2, std.count 2
// Names that mean something in C++, and names that would become the same identifier.
elementclass Inner { input -> b :: Counter -> output }
elementclass Outer { input -> b :: Inner -> output }
InfiniteSource(LIMIT 2, STOP true)
  -> int :: Counter -> class :: Counter -> a_b :: Counter
  -> a :: { input -> b :: Counter -> output }
  -> outer :: Outer
  -> main :: Counter -> _9 :: Counter -> std :: Counter
  -> Discard;
