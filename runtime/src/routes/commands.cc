// SPDX-License-Identifier: BSD-3-Clause
// What handlers of routing tables say, and how they change them.
#include <pmill/handler.hh>
#include <pmill/lpm/route_table.hh>
#include <pmill/lpm/sweep.hh>
#include <pmill/text.hh>

namespace pmill::lpm {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

template <typename T>
std::string shown(const T &value) {
  std::string text;
  value_type<T>().print(text, &value);
  return text;
}

/// `PREFIX GATEWAY OUTPUT` with tabs between.
std::string line_of(const Entry &entry, const Hop &hop) {
  const IPPrefix prefix(IPAddress(net32(entry.address)), entry.length);
  return join({shown(prefix), "\t", hop.gateway ? shown(hop.gateway) : "-", "\t", hop.output});
}

std::string_view next_word(std::string_view &text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpaces));
  text.remove_prefix(word.size());
  return word;
}

/// A route that a handler is given; one to be removed need not say where it leads.
struct Given {
  Entry entry;
  Hop hop;
  bool has_gateway = false, has_output = false;
};

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  text.remove_suffix(text.size() - std::min(text.find_last_not_of(kSpaces) + 1, text.size()));
  return text;
}

bool refuse(std::string &error, std::string_view text, std::string_view wanted) {
  text = trimmed(text);
  error = join({"'", text, "' should be '", wanted, "'"});
  return false;
}

bool read_route(Given &given, std::string_view text, bool whole, std::string &error) {
  constexpr std::string_view kWhole = "ADDR/MASK [GATEWAY] OUTPUT";
  constexpr std::string_view kPrefix = "ADDR/MASK [[GATEWAY] OUTPUT]";
  std::string_view rest = text;
  std::string_view words[4];
  std::size_t count = 0;
  while (count < 4 && !(words[count] = next_word(rest)).empty()) ++count;
  const std::string_view wanted = whole ? kWhole : kPrefix;
  if (count == 0 || count > 3 || (whole && count == 1)) return refuse(error, text, wanted);
  IPPrefix prefix;
  std::string unused;
  if (!read_value(prefix, words[0], unused)) return refuse(error, text, wanted);
  given.entry.address = prefix.address.host() & prefix.mask.host();
  given.entry.length = prefix.length();
  given.has_gateway = count == 3;
  given.has_output = count > 1;
  if (count == 3 && words[1] != "-" && !read_value(given.hop.gateway, words[1], unused))
    return refuse(error, text, wanted);
  if (count > 1 && !read_value(given.hop.output, words[count - 1], unused))
    return refuse(error, text, wanted);
  return true;
}

}  // namespace

std::string RouteTable::text() const {
  std::string lines;
  const auto add = [&](const Entry &e) { lines += line_of(e, hop_of(e)) + '\n'; };
  if (changes_ != nullptr)
    changes_->routes.each(0, ~std::uint32_t{0}, add);
  else
    for (const Entry &e : entries()) add(e);
  return lines;
}

std::string RouteTable::lookup(std::string_view address) const {
  IPAddress destination;
  std::string error;
  if (!read_value(destination, trimmed(address), error)) return "expected IP address";
  const Hop hop = find_anyhow(destination);
  if (hop.output == Hop::kNowhere) return "-1";
  return hop.gateway ? join({hop.output, " ", shown(hop.gateway)}) : join({hop.output});
}

bool RouteTable::add(std::string_view route, std::size_t outputs, std::string &error) {
  Given given;
  if (!read_route(given, route, true, error)) return false;
  if (const Entry *there = changes_->routes.find(given.entry.address, given.entry.length)) {
    error = join({"conflict with existing route '", line_of(*there, hop_of(*there)), "'"});
    return false;
  }
  return set(route, outputs, error);
}

bool RouteTable::set(std::string_view route, std::size_t outputs, std::string &error) {
  Given given;
  if (!read_route(given, route, true, error)) return false;
  if (given.hop.output >= outputs) {
    error = join({"bad OUTPUT ", given.hop.output, ", there are ", outputs});
    return false;
  }
  given.entry.hop = hops_.number(given.hop);
  put(given.entry, true);
  return true;
}

bool RouteTable::remove(std::string_view route, std::string &error) {
  Given given;
  if (!read_route(given, route, false, error)) return false;
  const Entry *there = changes_->routes.find(given.entry.address, given.entry.length);
  if (there == nullptr || (given.has_gateway && hop_of(*there).gateway != given.hop.gateway) ||
      (given.has_output && hop_of(*there).output != given.hop.output)) {
    error = join({"there is no route '", trimmed(route), "'"});
    return false;
  }
  put(given.entry, false);
  return true;
}

bool RouteTable::command(std::string_view line, std::size_t outputs, std::string &error) {
  std::string_view rest = line;
  const std::string_view word = next_word(rest);
  if (word.empty()) return true;
  if (word == "add") return add(rest, outputs, error);
  if (word == "set") return set(rest, outputs, error);
  if (word == "remove") return remove(rest, error);
  return refuse(error, word, "add, set or remove");
}

bool RouteTable::control(std::string_view lines, std::size_t outputs, std::string &error) {
  std::vector<Changes::Before> before;
  changes_->log = &before;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (command(line, outputs, error)) continue;
    changes_->log = nullptr;
    for (auto at = before.rbegin(); at != before.rend(); ++at) put(at->entry, at->present);
    return false;
  }
  changes_->log = nullptr;
  return true;
}

void RouteTable::put(const Entry &entry, bool present) {
  RouteSet &routes = changes_->routes;
  Entry *there = routes.find(entry.address, entry.length);
  if (changes_->log != nullptr)
    changes_->log->push_back({there != nullptr ? *there : entry, there != nullptr});
  if (!present)
    routes.remove(entry.address, entry.length);
  else if (there != nullptr)
    *there = entry;
  else
    routes.add(entry);
  if (entry.length == 0) return hops_.set_rest(present ? hops_[entry.hop] : Hop{});
  const Entry *around = present ? nullptr : routes.around(entry.address, entry.length);
  const std::uint32_t value = present ? entry.hop : around != nullptr ? around->hop : 0;
  // What longer prefixes cover stays as it is.
  constexpr std::uint32_t kCovered = ~std::uint32_t{0};
  Sweep sweep(entry.address, entry.last(), value,
              [&](std::uint32_t first, std::uint32_t last, std::uint32_t found) {
                if (found != kCovered) direct32_.set(first, last, found);
              });
  routes.each(entry.address, entry.last(), [&](const Entry &e) {
    if (e.length > entry.length) sweep.add(e.address, e.length, kCovered);
  });
  sweep.finish();
}

void RouteTable::flush() {
  changes_->routes.clear();
  hops_ = Hops{};
  direct32_ = {};
  direct32_.start();
}

}  // namespace pmill::lpm
