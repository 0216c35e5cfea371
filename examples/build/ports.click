// What differs from place to place.
define($PORT 0, $LIMIT 16);
