// SPDX-License-Identifier: BSD-3-Clause
// FLOW_RULES_FILE: rules in the syntax of testpmd's `flow create`, one a line, for example
//
//   ingress pattern eth / ipv4 dst is 10.0.0.0 dst prefix 8 / udp dst is 53 / end
//           actions queue index 1 / count / end
//
// A leading `flow create PORT` is accepted. `#` begins a comment, `\` continues a line.
#include <arpa/inet.h>
#include <rte_flow.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime.hh"

namespace pmill::runtime {
namespace {

/// A member of a pattern item's struct.
struct Field {
  std::string_view name;
  enum Kind : std::uint8_t { number, ether, ipv4, ipv6 } kind;
  std::size_t offset, size;
};

#define PMILL_FIELD(name, kind, type, member) \
  Field { name, Field::kind, offsetof(type, member), sizeof(type{}.member) }

constexpr Field kEther[] = {
    PMILL_FIELD("dst", ether, rte_flow_item_eth, hdr.dst_addr),
    PMILL_FIELD("src", ether, rte_flow_item_eth, hdr.src_addr),
    PMILL_FIELD("type", number, rte_flow_item_eth, hdr.ether_type),
};
constexpr Field kVlan[] = {
    PMILL_FIELD("tci", number, rte_flow_item_vlan, hdr.vlan_tci),
    PMILL_FIELD("vid", number, rte_flow_item_vlan, hdr.vlan_tci),
    PMILL_FIELD("inner_type", number, rte_flow_item_vlan, hdr.eth_proto),
};
constexpr Field kIpv4[] = {
    PMILL_FIELD("src", ipv4, rte_flow_item_ipv4, hdr.src_addr),
    PMILL_FIELD("dst", ipv4, rte_flow_item_ipv4, hdr.dst_addr),
    PMILL_FIELD("proto", number, rte_flow_item_ipv4, hdr.next_proto_id),
    PMILL_FIELD("tos", number, rte_flow_item_ipv4, hdr.type_of_service),
    PMILL_FIELD("ttl", number, rte_flow_item_ipv4, hdr.time_to_live),
};
constexpr Field kIpv6[] = {
    PMILL_FIELD("src", ipv6, rte_flow_item_ipv6, hdr.src_addr),
    PMILL_FIELD("dst", ipv6, rte_flow_item_ipv6, hdr.dst_addr),
    PMILL_FIELD("proto", number, rte_flow_item_ipv6, hdr.proto),
};
constexpr Field kUdp[] = {
    PMILL_FIELD("src", number, rte_flow_item_udp, hdr.src_port),
    PMILL_FIELD("dst", number, rte_flow_item_udp, hdr.dst_port),
};
constexpr Field kTcp[] = {
    PMILL_FIELD("src", number, rte_flow_item_tcp, hdr.src_port),
    PMILL_FIELD("dst", number, rte_flow_item_tcp, hdr.dst_port),
    PMILL_FIELD("flags", number, rte_flow_item_tcp, hdr.tcp_flags),
};
#undef PMILL_FIELD

struct Item {
  std::string_view name;
  rte_flow_item_type type;
  View<Field> fields;
};
constexpr Item kItems[] = {
    {"eth", RTE_FLOW_ITEM_TYPE_ETH, kEther},  {"vlan", RTE_FLOW_ITEM_TYPE_VLAN, kVlan},
    {"ipv4", RTE_FLOW_ITEM_TYPE_IPV4, kIpv4}, {"ipv6", RTE_FLOW_ITEM_TYPE_IPV6, kIpv6},
    {"udp", RTE_FLOW_ITEM_TYPE_UDP, kUdp},    {"tcp", RTE_FLOW_ITEM_TYPE_TCP, kTcp},
    {"icmp", RTE_FLOW_ITEM_TYPE_ICMP, {}},    {"void", RTE_FLOW_ITEM_TYPE_VOID, {}},
};

/// Room for any item's struct, any action's configuration.
struct alignas(8) Block {
  std::uint8_t bytes[64] = {};
};

/// One rule: the words of a line, read from left to right.
class Rule {
 public:
  Rule(const PortState &port, const Setup::Entry<RxRequest> &entry, unsigned line,
       std::string_view text)
      : port_(port), entry_(entry), line_(line) {
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" \t\r", at)) != text.npos) {
      const auto end = std::min(text.find_first_of(" \t\r", at), text.size());
      words_.push_back(text.substr(at, end - at));
      at = end;
    }
  }

  void create() {
    attributes();
    pattern();
    actions();
    if (next_ != words_.size()) wrong("nothing more", peek());
    rte_flow_error error{};
    if (rte_flow_create(port_.id, &attributes_, items_.data(), actions_.data(), &error) == nullptr)
      fail(entry_.label,
           place() + "port " + std::to_string(port_.id) + " (" + port_.name +
               ") refuses the flow rule" + (error.message == nullptr ? "" : ": ") +
               (error.message == nullptr ? "" : error.message),
           "leave the rule out of FLOW_RULES_FILE, or use a device that can");
  }

 private:
  std::string place() const {
    return std::string(entry_.request.flow_rules_file) + ":" + std::to_string(line_) + ": ";
  }
  [[noreturn]] void wrong(std::string_view expected, std::string_view found) const {
    fail(entry_.label,
         place() + "expected " + std::string(expected) + ", not " +
             (found.empty() ? "the end of the line" : quoted(found)),
         "write rules as for testpmd: ingress pattern … / end actions … / end");
  }
  std::string_view peek() const { return next_ < words_.size() ? words_[next_] : ""; }
  std::string_view take() {
    const auto word = peek();
    if (next_ < words_.size()) ++next_;
    return word;
  }
  bool skip(std::string_view word) { return peek() == word && (++next_, true); }
  void require(std::string_view word) {
    if (!skip(word)) wrong(quoted(word), peek());
  }
  std::uint64_t number(std::string_view what) {
    auto word = take();
    const bool hex = word.starts_with("0x");
    std::uint64_t value = 0;
    const auto *begin = word.data() + (hex ? 2 : 0), *end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(begin, end, value, hex ? 16 : 10);
    if (error != std::errc{} || stop != end) wrong(what, word);
    return value;
  }
  Block &block() { return blocks_.emplace_back(); }

  void attributes() {
    if (skip("flow")) {
      require("create");
      number("a port number");
    }
    while (true) {
      if (skip("ingress"))
        attributes_.ingress = 1;
      else if (skip("egress"))
        attributes_.egress = 1;
      else if (skip("transfer"))
        attributes_.transfer = 1;
      else if (skip("group"))
        attributes_.group = static_cast<std::uint32_t>(number("a group number"));
      else if (skip("priority"))
        attributes_.priority = static_cast<std::uint32_t>(number("a priority"));
      else
        return;
    }
  }

  void pattern() {
    require("pattern");
    while (!skip("end")) {
      const auto word = take();
      const Item *item = nullptr;
      for (const Item &i : kItems)
        if (i.name == word) item = &i;
      if (item == nullptr) wrong("a pattern item (eth, vlan, ipv4, ipv6, udp, tcp, icmp)", word);
      fields(*item);
      require("/");
    }
    items_.push_back({RTE_FLOW_ITEM_TYPE_END, nullptr, nullptr, nullptr});
  }

  void fields(const Item &item) {
    Block &spec = block(), &mask = block();
    bool any = false;
    while (peek() != "/" && !peek().empty()) {
      const auto name = take();
      const Field *field = nullptr;
      for (const Field &f : item.fields)
        if (f.name == name) field = &f;
      if (field == nullptr) wrong("a field of " + std::string(item.name) + " or /", name);
      any = true;
      if (skip("is")) {
        value(*field, spec);
        std::memset(mask.bytes + field->offset, 0xff, field->size);
      } else if (skip("spec")) {
        value(*field, spec);
      } else if (skip("mask")) {
        value(*field, mask);
      } else if (skip("prefix")) {
        prefix(*field, mask);
      } else {
        wrong("'is', 'spec', 'mask' or 'prefix'", peek());
      }
      // Of a TCI, `vid` is the lower twelve bits.
      if (name == "vid") mask.bytes[field->offset] &= 0x0f;
    }
    rte_flow_item entry{item.type, nullptr, nullptr, nullptr};
    if (any) {
      entry.spec = spec.bytes;
      entry.mask = mask.bytes;
    }
    items_.push_back(entry);
  }

  void value(const Field &field, Block &to) {
    std::uint8_t *at = to.bytes + field.offset;
    if (field.kind == Field::number) {
      const std::uint64_t v = number("a number");
      if (field.size < 8 && v >> (8 * field.size) != 0)
        wrong("a smaller number", words_[next_ - 1]);
      for (std::size_t i = 0; i < field.size; ++i)
        at[i] = static_cast<std::uint8_t>(v >> (8 * (field.size - 1 - i)));
      return;
    }
    const std::string word(take());
    if (field.kind == Field::ether) {
      rte_ether_addr address{};
      if (rte_ether_unformat_addr(word.c_str(), &address) != 0) wrong("an Ethernet address", word);
      std::memcpy(at, &address, sizeof address);
    } else if (inet_pton(field.kind == Field::ipv4 ? AF_INET : AF_INET6, word.c_str(), at) != 1) {
      wrong(field.kind == Field::ipv4 ? "an IPv4 address" : "an IPv6 address", word);
    }
  }

  void prefix(const Field &field, Block &mask) {
    const std::uint64_t bits = number("a prefix length");
    if (bits > 8 * field.size) wrong("a shorter prefix", words_[next_ - 1]);
    std::memset(mask.bytes + field.offset, 0, field.size);
    for (std::uint64_t i = 0; i < bits; ++i)
      mask.bytes[field.offset + i / 8] |= static_cast<std::uint8_t>(0x80 >> (i % 8));
  }

  template <typename Conf>
  void act(rte_flow_action_type type, const Conf &conf) {
    Block &b = block();
    static_assert(sizeof(Conf) <= sizeof b.bytes);
    std::memcpy(b.bytes, &conf, sizeof conf);
    actions_.push_back({.type = type, .conf = b.bytes});
  }

  void actions() {
    require("actions");
    while (!skip("end")) {
      const auto word = take();
      if (word == "queue") {
        require("index");
        rte_flow_action_queue q{};
        q.index = static_cast<std::uint16_t>(number("a queue"));
        if (q.index >= port_.rx_queues) wrong("a queue that is received from", words_[next_ - 1]);
        act(RTE_FLOW_ACTION_TYPE_QUEUE, q);
      } else if (word == "rss") {
        rss();
      } else if (word == "mark") {
        require("id");
        act(RTE_FLOW_ACTION_TYPE_MARK,
            rte_flow_action_mark{.id = static_cast<std::uint32_t>(number("a mark"))});
      } else if (word == "jump") {
        require("group");
        act(RTE_FLOW_ACTION_TYPE_JUMP,
            rte_flow_action_jump{.group = static_cast<std::uint32_t>(number("a group"))});
      } else if (word == "count") {
        act(RTE_FLOW_ACTION_TYPE_COUNT, rte_flow_action_count{});
      } else if (word == "drop" || word == "passthru" || word == "void") {
        actions_.push_back({.type = word == "drop"       ? RTE_FLOW_ACTION_TYPE_DROP
                                    : word == "passthru" ? RTE_FLOW_ACTION_TYPE_PASSTHRU
                                                         : RTE_FLOW_ACTION_TYPE_VOID,
                            .conf = nullptr});
      } else {
        wrong("an action (queue, rss, mark, jump, count, drop, passthru)", word);
      }
      require("/");
    }
    actions_.push_back({.type = RTE_FLOW_ACTION_TYPE_END, .conf = nullptr});
  }

  /// `rss queues 0 1 end`; without queues, all of them.
  void rss() {
    auto &queues = queue_lists_.emplace_back();
    if (skip("queues"))
      while (!skip("end")) queues.push_back(static_cast<std::uint16_t>(number("a queue or 'end'")));
    if (queues.empty())
      for (unsigned q = 0; queues.size() < port_.rx_queues; ++q)
        queues.push_back(static_cast<std::uint16_t>(q));
    rte_flow_action_rss conf{};
    conf.types =
        port_.info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
    conf.queue_num = static_cast<std::uint32_t>(queues.size());
    conf.queue = queues.data();
    act(RTE_FLOW_ACTION_TYPE_RSS, conf);
  }

  const PortState &port_;
  const Setup::Entry<RxRequest> &entry_;
  unsigned line_;
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
  rte_flow_attr attributes_{};
  std::vector<rte_flow_item> items_;
  std::vector<rte_flow_action> actions_;
  std::deque<Block> blocks_;  // a deque: what is in it stays where it is
  std::deque<std::vector<std::uint16_t>> queue_lists_;
};

}  // namespace

void load_flow_rules(const PortState &port, const Setup::Entry<RxRequest> &entry) {
  const std::string path(entry.request.flow_rules_file);
  std::FILE *file = std::fopen(path.c_str(), "r");
  if (file == nullptr)
    fail(entry.label, "cannot read FLOW_RULES_FILE " + quoted(path) + ": " + std::strerror(errno),
         "name a file that exists");
  char *line = nullptr;
  std::size_t room = 0;
  std::string rule;
  for (unsigned number = 1; getline(&line, &room, file) >= 0; ++number) {
    const std::string_view text(line);
    rule += text.substr(0, text.find_first_of("#\n"));
    if (!rule.empty() && rule.back() == '\\') {
      rule.back() = ' ';
      continue;
    }
    if (rule.find_first_not_of(" \t\r") != rule.npos) Rule(port, entry, number, rule).create();
    rule.clear();
  }
  std::free(line);
  std::fclose(file);
}

}  // namespace pmill::runtime
