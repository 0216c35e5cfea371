// SPDX-License-Identifier: BSD-3-Clause
// The elements of examples/router-static.click as objects with virtual functions, whose arguments
// are read from texts. Usual packets stay in them; all others go the rare ways of router_slow.h.
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "limits.h"
#include "router_slow.h"

namespace {

// The annotations of router_slow.h, in the room in front of the frame.
ALWAYS_INLINE packet *annotations(rte_mbuf *m) { return static_cast<packet *>(m->buf_addr); }

// --- arguments -----------------------------------------------------------------------------

std::vector<std::string> words(const std::string &text, char separator) {
  std::vector<std::string> found;
  std::string word;
  for (const char c : text + separator) {
    if (c != separator) {
      word += c;
    } else if (!word.empty()) {
      found.push_back(word);
      word.clear();
    }
  }
  return found;
}

uint32_t number(const std::string &text, int base = 10) {
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

uint32_t address(const std::string &text) {
  uint32_t value = 0;
  for (const std::string &part : words(text, '.')) value = value << 8 | number(part);
  return value;
}

std::vector<uint8_t> hex(const std::string &text) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(number(text.substr(i, 2), 16)));
  return bytes;
}

// --- elements ------------------------------------------------------------------------------

struct Element {
  Element *out[3] = {};
  virtual ~Element() = default;
  virtual void push(rte_mbuf *m) = 0;
};

struct Environment {
  router *r;
  uint16_t port;
};

// Matches bytes at offsets; what is asked for at several offsets must all be there.
struct Classifier final : Element {
  struct Test {
    uint16_t offset;
    uint16_t value;
    int8_t yes, no;  // the next test, or an output: ~0, ~1 …
  };
  std::vector<Test> tests;
  uint16_t needed = 0;
  Environment env;

  Classifier(Environment e, const std::string &patterns) : env(e) {
    int output = 0;
    for (const std::string &pattern : words(patterns, ',')) {
      const auto clauses = words(pattern, ' ');
      for (size_t i = 0; i < clauses.size() && clauses[i] != "-"; i++) {
        const auto parts = words(clauses[i], '/');
        const auto bytes = hex(parts[1]);
        const auto next = static_cast<int8_t>(tests.size() + 1);
        const bool last = i + 1 == clauses.size();
        const auto failed = static_cast<int8_t>(tests.size() + clauses.size() - i);
        uint16_t value = 0;
        memcpy(&value, bytes.data(), 2);
        tests.push_back({static_cast<uint16_t>(number(parts[0])), value,
                         last ? static_cast<int8_t>(~output) : next, failed});
        needed = std::max<uint16_t>(needed, static_cast<uint16_t>(tests.back().offset + 2));
      }
      output++;
    }
    for (Test &test : tests)
      if (test.no == static_cast<int8_t>(tests.size()))
        test.no = static_cast<int8_t>(~(output - 1));
  }
  void push(rte_mbuf *m) override {
    if (unlikely_(m->nb_segs > 1 || m->data_len < needed)) return router_slow(env.r, env.port, m);
    const uint8_t *data = bytes(m);
    int at = 0;
    do {
      const Test &test = tests[static_cast<size_t>(at)];
      uint16_t found;
      memcpy(&found, data + test.offset, 2);
      at = found == test.value ? test.yes : test.no;
    } while (at >= 0);
    out[~at]->push(m);
  }
};

// What begins with the whole frame and is no usual packet.
struct Other final : Element {
  Environment env;
  explicit Other(Environment e) : env(e) {}
  void push(rte_mbuf *m) override { router_slow(env.r, env.port, m); }
};

struct Paint final : Element {
  uint8_t color;
  explicit Paint(const std::string &text) : color(static_cast<uint8_t>(number(text))) {}
  void push(rte_mbuf *m) override {
    *annotations(m) = packet{.m = m, .paint = color};
    out[0]->push(m);
  }
};

struct Strip final : Element {
  uint16_t length;
  explicit Strip(const std::string &text) : length(static_cast<uint16_t>(number(text))) {}
  void push(rte_mbuf *m) override {
    if (unlikely_(m->data_len < length)) return rte_pktmbuf_free(m);
    m->data_off = static_cast<uint16_t>(m->data_off + length);
    m->data_len = static_cast<uint16_t>(m->data_len - length);
    m->pkt_len -= length;
    out[0]->push(m);
  }
};

struct CheckIPHeader final : Element {
  std::vector<uint32_t> bad_sources, good_destinations;
  Environment env;

  CheckIPHeader(Environment e, const std::string &interfaces) : bad_sources{0, 0xffffffff}, env(e) {
    for (const std::string &text : words(interfaces, ' ')) {
      const auto parts = words(text, '/');
      const uint32_t ip = address(parts[0]);
      bad_sources.push_back(ip | (0xffffffffu >> number(parts[1])));
      good_destinations.push_back(ip);
    }
  }
  void push(rte_mbuf *m) override {
    const uint8_t *ip = bytes(m);
    const uint32_t available = m->data_len;
    if (unlikely_(available < 20 || ip[0] >> 4 != 4)) return bad(m);
    const uint32_t header = header_length(ip), length = load16(ip + 2);
    if (unlikely_(header < 20 || length > available || length < header)) return bad(m);
    if (unlikely_(!holds(ip, header))) return bad(m);
    const uint32_t src = load32(ip + 12), dst = load32(ip + 16);
    for (const uint32_t source : bad_sources)
      if (unlikely_(src == source) && !is_good(dst)) return bad(m);
    m->data_len = static_cast<uint16_t>(length);
    m->pkt_len = length;
    annotations(m)->gateway = dst;
    env.r->checked[env.port]++;
    out[0]->push(m);
  }

 private:
  // Whether the sum of the header's 16-bit words is a multiple of 0xffff: words of 32 bits will do.
  static bool holds(const uint8_t *ip, uint32_t header) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < header; i += 4) {
      uint32_t word;
      memcpy(&word, ip + i, 4);
      sum += word;
    }
    return sum % 0xffff == 0;
  }
  bool is_good(uint32_t dst) const {
    for (const uint32_t good : good_destinations)
      if (dst == good) return true;
    return false;
  }
  COLD void bad(rte_mbuf *m) { discard(annotations(m), &env.r->bad_header[env.port]); }
};

// Longest prefixes in tables of 16, 8 and 8 bits, as DIR-24-8 with a smaller first one.
struct StaticIPLookup final : Element {
  struct Route {
    uint32_t gateway;
    uint32_t output;
  };
  std::vector<Route> routes;
  std::vector<uint16_t> first;  // a route, or kMore and a table of `rest`
  std::vector<uint16_t> rest;
  static constexpr uint16_t kMore = 0x8000;
  Environment env;

  StaticIPLookup(Environment e, const std::string &text) : first(1 << 16), env(e) {
    struct Line {
      uint32_t prefix, length;
      uint16_t route;
    };
    std::vector<Line> lines;
    for (const std::string &line : words(text, ',')) {
      const auto parts = words(line, ' ');
      const auto prefix = words(parts[0], '/');
      lines.push_back(
          {address(prefix[0]), number(prefix[1]), static_cast<uint16_t>(routes.size())});
      routes.push_back({parts.size() > 2 ? address(parts[1]) : 0, number(parts.back())});
    }
    for (uint32_t length = 0; length <= 32; length++)  // longer ones replace shorter ones
      for (const Line &line : lines)
        if (line.length == length) insert(line.prefix, length, line.route);
  }
  void push(rte_mbuf *m) override {
    packet *p = annotations(m);
    const uint32_t dst = p->gateway;
    uint16_t found = first[dst >> 16];
    if (found & kMore) found = rest[(found & ~kMore & 0xffffu) * 256u + (dst >> 8 & 0xff)];
    if (found & kMore) found = rest[(found & ~kMore & 0xffffu) * 256u + (dst & 0xff)];
    const Route &route = routes[found];
    if (route.gateway != 0) p->gateway = route.gateway;
    if (unlikely_(route.output == 0)) return discard(p, &env.r->local);
    if (unlikely_(route.output == 3)) return nobody_knows(p);
    out[route.output]->push(m);
  }

 private:
  COLD void nobody_knows(packet *p) { answer(env.r, p, 0, ICMP_UNREACHABLE, CODE_NET); }
  void insert(uint32_t prefix, uint32_t length, uint16_t route) {
    fill(first, 0, 16, prefix, length, route, 0);
  }
  // Writes a route into the entries of a table that a prefix covers; `level` bits are behind it.
  void fill(std::vector<uint16_t> &table, size_t base, uint32_t bits, uint32_t prefix,
            uint32_t length, uint16_t route, uint32_t before) {
    const uint32_t index = prefix << before >> (32 - bits);
    if (length <= before + bits) {
      const uint32_t count = 1u << (before + bits - length);
      for (uint32_t i = 0; i < count; i++) table[base + index + i] = route;
      return;
    }
    const uint16_t entry = table[base + index];
    if (!(entry & kMore)) {
      table[base + index] = static_cast<uint16_t>(kMore | rest.size() / 256);
      rest.resize(rest.size() + 256, entry);
    }
    const uint16_t now = (&table == &first ? first : rest)[base + index];
    fill(rest, (now & ~kMore & 0xffffu) * 256u, 8, prefix, length, route, before + bits);
  }
};

// Drops what was sent to all on the link; ports say of every packet that it was for this host.
struct DropBroadcasts final : Element {
  void push(rte_mbuf *m) override {
    if (unlikely_(m->packet_type == UINT32_MAX)) return rte_pktmbuf_free(m);
    out[0]->push(m);
  }
};

struct CheckPaint final : Element {
  uint8_t color;
  Environment env;
  CheckPaint(Environment e, const std::string &text)
      : color(static_cast<uint8_t>(number(text))), env(e) {}
  void push(rte_mbuf *m) override {
    if (unlikely_(annotations(m)->paint == color)) return output(env.r, env.port, annotations(m));
    out[0]->push(m);
  }
};

// The four below leave what is unusual to `send_on`, which begins again at the options.
struct IPGWOptions final : Element {
  Environment env;
  explicit IPGWOptions(Environment e) : env(e) {}
  void push(rte_mbuf *m) override {
    if (unlikely_(header_length(bytes(m)) > 20)) return send_on(env.r, env.port, annotations(m));
    out[0]->push(m);
  }
};

struct FixIPSrc final : Element {
  Environment env;
  explicit FixIPSrc(Environment e) : env(e) {}
  void push(rte_mbuf *m) override {
    if (unlikely_(annotations(m)->fix_source)) return send_on(env.r, env.port, annotations(m));
    out[0]->push(m);
  }
};

struct DecIPTTL final : Element {
  Environment env;
  explicit DecIPTTL(Environment e) : env(e) {}
  void push(rte_mbuf *m) override {
    uint8_t *ip = bytes(m);
    if (unlikely_(ip[8] <= 1)) return send_on(env.r, env.port, annotations(m));
    ip[8]--;
    const uint32_t risen = load16(ip + 10) + 0x100u;
    store16(ip + 10, static_cast<uint16_t>(risen + (risen >= 0xffff)));
    out[0]->push(m);
  }
};

struct IPFragmenter final : Element {
  uint32_t mtu;
  Environment env;
  IPFragmenter(Environment e, const std::string &text) : mtu(number(text)), env(e) {}
  void push(rte_mbuf *m) override {
    if (unlikely_(m->data_len > mtu)) return too_long(m);
    out[0]->push(m);
  }

 private:
  COLD void too_long(rte_mbuf *m) { send_fragments(env.r, env.port, annotations(m)); }
};

struct EtherEncap final : Element {
  uint8_t header[14];
  EtherEncap(const std::string &type, const std::string &from, const std::string &to) {
    const auto all = hex(to + from + type);
    memcpy(header, all.data(), sizeof header);
  }
  void push(rte_mbuf *m) override {
    m->data_off = static_cast<uint16_t>(m->data_off - 14);
    m->data_len = static_cast<uint16_t>(m->data_len + 14);
    m->pkt_len += 14;
    memcpy(bytes(m), header, 14);
    out[0]->push(m);
  }
};

struct ToDevice final : Element {
  Environment env;
  explicit ToDevice(Environment e) : env(e) {}
  void push(rte_mbuf *m) override { queue_add(env.r, env.port, m); }
};

}  // namespace
