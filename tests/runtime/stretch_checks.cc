// Adds the stretches that are named on the command line, CYCLES/PACKETS or FROM..TO cycles of one
// packet each, and prints the median.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "busy_time.cc"

int main(int argc, char **argv) {
  pmill::Stretches all, one;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "+") == 0) {
      all.add(one);
      one = {};
    } else if (const char *to = std::strstr(argv[i], "..")) {
      for (unsigned long n = std::strtoul(argv[i], nullptr, 10);
           n <= std::strtoul(to + 2, nullptr, 10); ++n)
        one.add(n, 1);
    } else {
      char *packets = nullptr;
      const unsigned long cycles = std::strtoul(argv[i], &packets, 10);
      one.add(cycles, std::strtoul(packets + 1, nullptr, 10));
    }
  }
  all.add(one);
  std::printf("%.3f\n", all.median());
}
