// Nobody reads what is written: no field has a place, as before.
InfiniteSource -> Paint(1) -> Strip(14) -> Discard;
