// What connections can look like.
a, b :: Counter(x, "y)");
a -> b [1] -> [2] c :: Tee(2)
  -> Discard; // a comment
a[0, 2-4], b => d, [1,] e [] => f
g -> h;  ; /* no ';' needed */ i -> j
Print("a // b", 'c', (d /* ) */), \<29 2a>) -> ( -> k, l => );
