// counts: a.count 22, end.count 22, waste.count 2
// Twelve copies of what follows the Tee would bloat the program: one function serves all of them.
InfiniteSource(LIMIT 2, STOP true) -> t :: Tee(12)
  -> a :: Counter -> Paint(1) -> Strip(2) -> Truncate(20) -> CheckPaint(1) -> end :: Discard;
t[1] -> a; t[2] -> a; t[3] -> a; t[4] -> a; t[5] -> a; t[6] -> a; t[7] -> a;
t[8] -> a; t[9] -> a; t[10] -> a; t[11] -> waste :: Discard;
