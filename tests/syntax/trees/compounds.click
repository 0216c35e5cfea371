require(feature);
define($A 1, $B "x, y")
elementclass Both { $a, KEY $k, __REST__ $r |
  input [1] -> Paint($a) -> [1] output;
  -> [0] output
|| -> Print(${a-b}) ->
|| ...
}
elementclass New Old
x :: { | y :: Counter } ({ z });
input -> { $a | -> } (5) -> Both(1, KEY 2)
