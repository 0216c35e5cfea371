// Nobody reads what is written: no field has a place, as before.
InfiniteSource(LIMIT 5, STOP true) -> paint :: Paint(1) -> Strip(14) -> Discard;
DriverManager(wait_stop, print paint.color);
