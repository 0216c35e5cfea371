// SPDX-License-Identifier: BSD-3-Clause
// A routing table alone, driven by lines of standard input:
//
//   compared | searched | direct16 | direct32 | changes     the structure
//   route PREFIX,GATEWAY,OUTPUT                              the routes of the configuration
//   lookup ADDRESS | table | add … | set … | remove …        what handlers are asked, each answered
//   flush | ctrl LINE;LINE…                                  with a line; a table's lines end in ;

#include <algorithm>
#include <iostream>
#include <pmill/lpm/route_table.hh>
#include <pmill/setup.hh>
#include <span>
#include <string>
#include <vector>

#include "runtime.hh"
// How handlers read and write addresses.
#include "control/values.cc"

namespace pmill {
void fail(std::string_view, std::string_view message, std::string_view) {
  std::cout << "failed: " << message << '\n';
  std::exit(1);
}
std::string runtime::quoted(std::string_view text) { return "'" + std::string(text) + "'"; }
}  // namespace pmill

using namespace pmill;

namespace {

constexpr std::size_t kOutputs = 4;

lpm::Structure structure_called(const std::string &name) {
  if (name == "searched") return lpm::Structure::searched;
  if (name == "direct16") return lpm::Structure::direct16;
  if (name == "direct32" || name == "changes") return lpm::Structure::direct32;
  return lpm::Structure::compared;
}

/// What pmill/elaborate/routing/table.py writes.
std::vector<std::byte> packed(const std::vector<lpm::Route> &routes, std::vector<lpm::Hop> &hops) {
  std::vector<lpm::Routes::Packed> lines;
  for (const lpm::Route &route : routes) {
    const lpm::Hop hop{route.gateway, route.output};
    const auto at = std::find(hops.begin(), hops.end(), hop) - hops.begin();
    if (at == std::ssize(hops)) hops.push_back(hop);
    lines.push_back({route.prefix.address.host(), route.prefix.length(), unsigned(at)});
  }
  std::vector<std::byte> data;
  const auto append = [&](const auto &items) {
    const auto bytes = std::as_bytes(std::span(items));
    data.insert(data.end(), bytes.begin(), bytes.end());
  };
  append(hops);
  append(lines);
  return data;
}

std::string answer(lpm::RouteTable &table, const std::string &word, std::string rest) {
  std::string error;
  const auto done = [&](bool good) { return good ? "done" : "refused: " + error; };
  if (word == "lookup") return table.lookup(rest);
  if (word == "add") return done(table.add(rest, kOutputs, error));
  if (word == "set") return done(table.set(rest, kOutputs, error));
  if (word == "remove") return done(table.remove(rest, error));
  if (word == "flush") return table.flush(), done(true);
  if (word == "ctrl") {
    std::replace(rest.begin(), rest.end(), ';', '\n');
    return done(table.control(rest, kOutputs, error));
  }
  std::string lines = table.text();
  std::replace(lines.begin(), lines.end(), '\n', ';');
  return lines;
}

}  // namespace

int main() {
  std::string name, line;
  std::getline(std::cin, name);
  std::vector<lpm::Route> routes;
  while (std::getline(std::cin, line) && line.starts_with("route ")) {
    lpm::Route route;
    parse(route, std::string_view(line).substr(6));
    routes.push_back(route);
  }
  std::vector<lpm::Hop> hops;
  const std::vector<std::byte> data = packed(routes, hops);
  lpm::Routes given(structure_called(name), unsigned(routes.size()), unsigned(hops.size()),
                    Data{data.data(), data.size()});
  if (given.structure() == lpm::Structure::compared) {
    given = {};
    for (const lpm::Route &route : routes) given.add(route);
  }
  lpm::RouteTable table(given, name == "changes");
  for (bool more = bool(std::cin); more; more = bool(std::getline(std::cin, line))) {
    const std::string word = line.substr(0, line.find(' '));
    if (!word.empty())
      std::cout << answer(table, word, line.substr(std::min(word.size() + 1, line.size()))) << '\n';
  }
  return 0;
}
