// counts: rules.drops 0, route.no_route 0, arp.count 0, here.count 0, there.count 2
// Strings with everything in them, enums, lists, and the tables that lowerings make.
define($TEXT "say \"hi\" to C:\\ ?? Grüße ☃
and a new line")

InfiniteSource(DATA \<02 00 00 00 00 01  02 00 00 00 00 02  08 00  45 00 00 14 00 00 00 00
                     40 11 00 00  0a 00 00 02  0a 01 00 01>, LIMIT 2, STOP true)
  -> print :: Print($TEXT, 0, CONTENTS ascii)
  -> rules :: Classifier(12/0800 14/45 20/0000%1fff, 12/0806, -);
rules[0] -> Strip(14)
  -> check :: CheckIPHeader(INTERFACES 10.0.0.1/24 10.9.0.1/16, BADSRC 10.0.0.9)
  -> route :: StaticIPLookup(10.0.0.0/24 0, 10.1.0.0/16 10.0.0.7 1);
rules[1] -> arp :: Discard;
rules[2] -> Discard;
route[0] -> here :: Discard;
route[1] -> there :: Discard;
