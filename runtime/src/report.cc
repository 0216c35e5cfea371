// SPDX-License-Identifier: BSD-3-Clause
// The statistics of a run, for people and for programs.
#include <rte_cycles.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "runtime.hh"

namespace pmill {
namespace runtime {
namespace {

/// A count with commas: 1,234,567.
std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string number(double value, const char *format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::uint64_t received_by(const PortCounts &c) { return c.rx_packets; }
std::uint64_t lost_by(const PortCounts &c) { return c.rx_missed + c.rx_errors + c.rx_no_buffer; }

/// What all workers did together.
WorkerReport total(const Report &report) {
  WorkerReport sum;
  for (const WorkerReport &w : report.workers) {
    sum.packets += w.packets;
    sum.busy_cycles += w.busy_cycles;
    sum.no_buffer += w.no_buffer;
    sum.loops += w.loops;
  }
  return sum;
}

double cycles_per_packet(const WorkerReport &sum) {
  return sum.packets == 0 ? 0
                          : static_cast<double>(sum.busy_cycles) / static_cast<double>(sum.packets);
}

// --- for people --------------------------------------------------------------------------------

/// Lines of cells, printed with every column as wide as its widest cell; the first `left`
/// columns are aligned left, the others right, and the last left again when it is text.
class Table {
 public:
  explicit Table(std::size_t left) : left_(left) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print() const {
    std::vector<std::size_t> widths;
    for (const auto &cells : rows_)
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (widths.size() <= i) widths.push_back(0);
        widths[i] = std::max(widths[i], cells[i].size());
      }
    for (const auto &cells : rows_) {
      std::string line = " ";
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string space(widths[i] - cells[i].size(), ' ');
        line += " " + (i < left_ ? cells[i] + space : space + cells[i]) + " ";
      }
      line.erase(line.find_last_not_of(' ') + 1);
      std::printf("%s\n", line.c_str());
    }
  }

 private:
  std::size_t left_;
  std::vector<std::vector<std::string>> rows_;
};

void print_summary(const Report &report) {
  const WorkerReport sum = total(report);
  std::printf("%.*s: %s packets in %s s", static_cast<int>(report.program.size()),
              report.program.data(), grouped(sum.packets).c_str(),
              number(report.seconds, "%.3f").c_str());
  if (sum.packets != 0) std::printf(", %.1f cycles a packet", cycles_per_packet(sum));
  std::printf(" (%zu worker%s)\n", report.workers.size(), report.workers.size() == 1 ? "" : "s");
}

void print_ports() {
  if (ports().empty()) return;
  Table table(2);
  table.row({"port", "", "received", "lost", "transmitted", "not sent"});
  for (const PortState &p : ports())
    table.row({std::to_string(p.id), p.name, grouped(received_by(p.counts)),
               grouped(lost_by(p.counts)), grouped(p.counts.tx_packets),
               grouped(p.counts.tx_errors)});
  std::printf("\n");
  table.print();
}

std::string where_to(const CounterInfo &c) {
  return c.connected ? "-> output " + std::to_string(c.output) : "";
}

void print_counters(const Report &report) {
  Table counters(3), drops(3);
  bool any = false, dropped = false;
  for (const CounterInfo &c : report.counters) {
    if (c.value == 0) continue;
    const std::string label = std::string(c.element) + " :: " + std::string(c.element_class);
    const bool is_drop = c.kind == CounterKind::drop;
    (is_drop ? dropped : any) = true;
    if (is_drop)
      drops.row(
          {label, std::string(c.name), c.connected ? where_to(c) : "dropped", grouped(c.value)});
    else
      counters.row({label, std::string(c.name), "", grouped(c.value)});
  }
  if (any) {
    std::printf("\ncounters\n");
    counters.print();
  }
  if (dropped) {
    std::printf("\nrefused packets\n");
    drops.print();
  }
}

void print_text(const Report &report) {
  print_summary(report);
  print_ports();
  print_counters(report);
  const WorkerReport sum = total(report);
  if (sum.no_buffer != 0)
    std::printf("\n%s packets could not be made: no buffer was free (--buffers N)\n",
                grouped(sum.no_buffer).c_str());
  if (sum.loops != 0)
    std::printf("\n%s packets were dropped: they went around a cycle too often\n",
                grouped(sum.loops).c_str());
}

// --- for programs ------------------------------------------------------------------------------

/// Whether JSON may hold the text as it is: RFC 3629 without the rarest of its rules.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xf0 && lead < 0xf5 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : -1;
    if (more < 0 || lead >= 0xf5) return false;
    for (int k = 0; k < more; ++k)
      if (i == text.size() || (static_cast<unsigned char>(text[i++]) & 0xc0) != 0x80) return false;
  }
  return true;
}

std::string escaped(std::string_view text) {
  const bool utf8 = is_utf8(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      // A name that is no text may hold any byte; as Latin-1 each is one code point.
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// Writes objects and arrays with their commas and indentation.
class Json {
 public:
  void open(char bracket, std::string_view key = {}) {
    item(key);
    std::putchar(bracket);
    first_ = true;
    ++depth_;
  }
  void close(char bracket) {
    --depth_;
    if (!first_) line();
    std::putchar(bracket);
    first_ = false;
  }
  void text(std::string_view key, std::string_view value) {
    item(key);
    std::fputs(escaped(value).c_str(), stdout);
  }
  void count(std::string_view key, std::uint64_t value) {
    item(key);
    std::printf("%" PRIu64, value);
  }
  void truth(std::string_view key, bool value) {
    item(key);
    std::fputs(value ? "true" : "false", stdout);
  }
  void real(std::string_view key, double value) {
    item(key);
    std::printf("%.6f", value);
  }
  void null(std::string_view key) {
    item(key);
    std::fputs("null", stdout);
  }

 private:
  void line() { std::printf("\n%*s", depth_ * 2, ""); }
  void item(std::string_view key) {
    if (depth_ != 0) {
      if (!first_) std::putchar(',');
      line();
    }
    first_ = false;
    if (!key.empty()) std::printf("%s: ", escaped(key).c_str());
  }

  int depth_ = 0;
  bool first_ = true;
};

void json_ports(Json &json) {
  json.open('[', "ports");
  for (const PortState &p : ports()) {
    const PortCounts &c = p.counts;
    json.open('{');
    json.count("port", p.id);
    json.text("name", p.name);
    json.text("driver", p.info.driver_name);
    json.count("rx_packets", received_by(c));
    json.count("rx_bytes", c.rx_bytes);
    json.count("rx_dropped", lost_by(c));
    json.count("tx_packets", c.tx_packets);
    json.count("tx_bytes", c.tx_bytes);
    json.count("tx_dropped", c.tx_errors);
    json.close('}');
  }
  json.close(']');
}

void json_elements(Json &json, const Report &report) {
  json.open('{', "elements");
  for (std::size_t i = 0; i < report.counters.size();) {
    const std::string_view element = report.counters[i].element;
    json.open('{', element);
    json.text("class", report.counters[i].element_class);
    json.open('{', "counters");
    for (; i < report.counters.size() && report.counters[i].element == element; ++i)
      json.count(report.counters[i].name, report.counters[i].value);
    json.close('}');
    json.close('}');
  }
  json.close('}');
}

void json_connections(Json &json, const Report &report) {
  json.open('[', "connections");
  for (const CrossedInfo &c : report.crossed) {
    json.open('{');
    json.text("from", c.from);
    json.count("output", c.output);
    json.text("to", c.to);
    json.count("input", c.input);
    json.truth("push", c.push);
    json.count("packets", c.packets);
    json.close('}');
  }
  json.close(']');
}

void json_decisions(Json &json, const Report &report) {
  json.open('{', "decisions");
  for (const DecidedInfo &d : report.decided) {
    json.open('[', d.element);
    for (const std::uint64_t count : d.steps) json.count({}, count);
    json.close(']');
  }
  json.close('}');
}

void json_drops(Json &json, const Report &report) {
  json.open('[', "drops");
  for (const CounterInfo &c : report.counters) {
    if (c.kind != CounterKind::drop || c.value == 0) continue;
    json.open('{');
    json.text("element", c.element);
    json.text("class", c.element_class);
    json.text("counter", c.name);
    json.text("reason", c.doc);
    json.count("packets", c.value);
    if (c.connected)
      json.count("output", static_cast<std::uint64_t>(c.output));
    else
      json.null("output");
    json.close('}');
  }
  json.close(']');
}

void print_json(const Report &report) {
  const WorkerReport sum = total(report);
  Json json;
  json.open('{');
  json.text("program", report.program);
  json.real("seconds", report.seconds);
  json.count("tsc_hz", rte_get_tsc_hz());
  json.count("packets", sum.packets);
  json.real("cycles_per_packet", cycles_per_packet(sum));
  json.real("median_cycles_per_packet", report.median_cycles);
  json_ports(json);
  json_elements(json, report);
  json_drops(json, report);
  if (!report.crossed.empty()) json_connections(json, report);
  if (!report.decided.empty()) json_decisions(json, report);
  json.open('[', "workers");
  for (const WorkerReport &w : report.workers) {
    json.open('{');
    json.count("lcore", w.lcore);
    json.count("packets", w.packets);
    json.count("busy_cycles", w.busy_cycles);
    json.count("no_buffer", w.no_buffer);
    json.count("loops", w.loops);
    json.close('}');
  }
  json.close(']');
  json.open('{', "buffers");
  json.count("all", report.buffers.all);
  json.count("in_use", report.buffers.in_use);
  json.close('}');
  json.close('}');
  std::putchar('\n');
}

}  // namespace
}  // namespace runtime

void print_report(const Report &report, StatsFormat format) {
  switch (format) {
    case StatsFormat::text:
      runtime::print_text(report);
      break;
    case StatsFormat::json:
      runtime::print_json(report);
      break;
    case StatsFormat::none:
      break;
  }
  std::fflush(stdout);
}

}  // namespace pmill
