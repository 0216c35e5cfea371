// SPDX-License-Identifier: BSD-3-Clause
// What handlers write into a table of neighbours.
#include <pmill/handler.hh>
#include <pmill/net/arp_table.hh>

namespace pmill::net {

bool insert_neighbour(ArpTable &table, std::string_view text, Worker &worker, ArpCounts counts,
                      std::string &error) {
  const auto space = text.find(' ');
  IPAddress ip;
  EtherAddress ether;
  if (space == std::string_view::npos) {
    error = "expected an IP address and an Ethernet address";
    return false;
  }
  if (!read_value(ip, text.substr(0, space), error) ||
      !read_value(ether, text.substr(space + 1), error))
    return false;
  table.insert(ip, ether, worker.clock.now(), worker, counts);
  return true;
}

bool delete_neighbour(ArpTable &table, std::string_view text, Worker &worker, ArpCounts counts,
                      std::string &error) {
  IPAddress ip;
  if (!read_value(ip, text, error)) return false;
  if (table.remove(ip, worker, counts)) return true;
  error = "there is no address " + std::string(text);
  return false;
}

}  // namespace pmill::net
