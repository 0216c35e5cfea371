// The table is in a file: what is wrong in it is shown there.
InfiniteSource -> Strip(14) -> CheckIPHeader -> r :: RadixIPLookup(
  10.0.0.0/24 0,
  FILE bad_routes.txt,
  FILE no_such_routes.txt);
r[0] -> Discard;
