// SPDX-License-Identifier: BSD-3-Clause
// Reads lines of a type, a tab and a text, as handlers read the text, and prints the value plainly,
// or why it is none.
#include <cstdio>
#include <iostream>
#include <pmill/handler.hh>
#include <string>

#include "runtime.hh"
// The runtime is one translation unit, too.
#include "control/values.cc"

namespace pmill::runtime {
std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }
}  // namespace pmill::runtime

using namespace pmill;

namespace {

void show(bool v) { std::printf("%s", v ? "true" : "false"); }
void show(double v) { std::printf("%.17g", v); }
template <std::integral T>
void show(T v) {
  std::printf("%s", std::to_string(v).c_str());
}
void show(IPAddress v) {
  const std::uint32_t a = v.host();
  std::printf("%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}
void show(IPPrefix v) {
  show(v.address);
  std::printf("/%u", v.length());
}
void show(const EtherAddress &v) {
  for (std::size_t i = 0; i < 6; ++i) std::printf("%s%02x", i == 0 ? "" : ":", v.octets[i]);
}
void show(Duration v) { show(v.ns); }
void show(Timestamp v) { show(v.ns); }
void show(Bandwidth v) { show(v.bytes_per_second); }

template <typename T>
bool answers(std::string_view wanted, std::string_view name, std::string_view text) {
  if (wanted != name) return false;
  T value{};
  std::string error;
  if (read_value(value, text, error))
    show(value);
  else
    std::printf("%s", error.c_str());
  std::printf("\n");
  return true;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t tab = line.find('\t');
    const std::string type = line.substr(0, tab), text = line.substr(tab + 1);
#define PMILL_TYPE(T) answers<T>(type, #T, text)
    const bool known = PMILL_TYPE(bool) || PMILL_TYPE(std::int8_t) || PMILL_TYPE(std::uint8_t) ||
                       PMILL_TYPE(std::int16_t) || PMILL_TYPE(std::uint16_t) ||
                       PMILL_TYPE(std::int32_t) || PMILL_TYPE(std::uint32_t) ||
                       PMILL_TYPE(std::int64_t) || PMILL_TYPE(std::uint64_t) ||
                       PMILL_TYPE(double) || PMILL_TYPE(IPAddress) || PMILL_TYPE(IPPrefix) ||
                       PMILL_TYPE(EtherAddress) || PMILL_TYPE(Duration) || PMILL_TYPE(Timestamp) ||
                       PMILL_TYPE(Bandwidth) || PMILL_TYPE(TcpPort) || PMILL_TYPE(UdpPort);
    if (!known) return 1;
  }
  return 0;
}
