// SPDX-License-Identifier: BSD-3-Clause
#include "settings.hh"

#include <rte_kvargs.h>
#include <unistd.h>

#include <bit>
#include <charconv>
#include <string_view>

namespace pmill::nic {
namespace {

/// Reads one argument into the settings; the empty string, or what is wrong with the value.
using Read = std::string (*)(std::string_view, Settings &);

struct Argument {
  const char *name;
  Read read;
};

bool number(std::string_view text, std::uint64_t &value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

template <auto Member>
std::string flag(std::string_view text, Settings &s) {
  if (text != "0" && text != "1") return "it is 0 or 1";
  s.*Member = text == "1";
  return {};
}

template <auto Member>
std::string readable(std::string_view text, Settings &s) {
  s.*Member = text;
  return access((s.*Member).c_str(), R_OK) == 0 ? "" : "there is no such file that can be read";
}

template <auto Member>
std::string name(std::string_view text, Settings &s) {
  s.*Member = text;
  return text.empty() ? "it is a name" : "";
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
std::string bounded(std::string_view text, Settings &s) {
  std::uint64_t value = 0;
  if (!number(text, value) || value < Least || value > Most)
    return "it is a number from " + std::to_string(Least) + " to " + std::to_string(Most);
  s.*Member = static_cast<std::remove_reference_t<decltype(s.*Member)>>(value);
  return {};
}

std::string ring(std::string_view text, Settings &s) {
  std::string wrong = bounded<&Settings::ring, kFewestDescriptors, kMostDescriptors>(text, s);
  if (wrong.empty() && !std::has_single_bit(s.ring)) wrong = "it is a power of two";
  return wrong;
}

std::string key(std::string_view text, Settings &s) {
  if (text == "symmetric") {
    s.rss_key = HashKey::symmetric();
    return {};
  }
  std::uint8_t bytes[kKeyBytes];
  bool good = text.size() == 2 * sizeof bytes;
  for (std::size_t i = 0; good && i < sizeof bytes; ++i) {
    const char *at = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, bytes[i], 16);
    good = error == std::errc() && end == at + 2;
  }
  if (!good) return "it is 80 hexadecimal digits, or symmetric";
  s.rss_key = HashKey(bytes);
  return {};
}

constexpr Argument kArguments[] = {
    {"rx_pcap", readable<&Settings::rx_pcap>},
    {"generate", bounded<&Settings::generate, 1, 1 << 24>},
    {"size", bounded<&Settings::frame_bytes, 60, 9000>},
    {"peer", name<&Settings::peer>},
    {"tx_pcap", name<&Settings::tx_pcap>},
    {"loop", flag<&Settings::loop>},
    {"queues", bounded<&Settings::queues, 1, kMostQueues>},
    {"ring", ring},
    {"rss_key", key},
    {"stepped", flag<&Settings::stepped>},
    {"preparsed", flag<&Settings::preparsed>},
    {"rate", bounded<&Settings::rate, 0, 1'000'000'000>},
    {"stamp", flag<&Settings::stamp>},
    {"latency", name<&Settings::latency>},
};

/// What does not go together.
std::string conflict(const Settings &s) {
  const int sources = !s.rx_pcap.empty() + (s.generate != 0) + !s.peer.empty();
  if (sources > 1) return "rx_pcap, generate and peer exclude each other: frames come from one";
  if (s.loop && s.rx_pcap.empty()) return "loop needs rx_pcap";
  if (s.preparsed && !s.peer.empty()) return "preparsed needs frames that are known: no peer";
  if (s.rate != 0 && !s.peer.empty()) return "rate is for rx_pcap and generate; a peer has its own";
  return {};
}

}  // namespace

std::string read_settings(const char *text, Settings &settings) {
  const char *names[std::size(kArguments) + 1]{};
  std::string known;
  for (std::size_t i = 0; i < std::size(kArguments); ++i) {
    names[i] = kArguments[i].name;
    known += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  rte_kvargs *given = rte_kvargs_parse(text == nullptr ? "" : text, names);
  if (given == nullptr) return "its arguments are NAME=VALUE, with the names " + known;
  std::string wrong;
  for (const Argument &a : kArguments) {
    const char *value = rte_kvargs_get(given, a.name);
    if (value == nullptr || !wrong.empty()) continue;
    wrong = a.read(value, settings);
    if (!wrong.empty()) wrong = std::string(a.name) + "=" + value + ": " + wrong;
  }
  rte_kvargs_free(given);
  return wrong.empty() ? conflict(settings) : wrong;
}

}  // namespace pmill::nic
