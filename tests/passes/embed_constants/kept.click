// What a handler may change stays a run-time value; the other arguments of the element do not.
s :: RatedSource(RATE !10, LIMIT 5, END_CALL p.color 4) -> p :: Paint(3) -> q :: Paint(4, 5) -> Discard;
