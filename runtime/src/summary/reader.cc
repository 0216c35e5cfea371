// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdio>
#include <pmill/net/icmp_names.hh>
#include <utility>

#include "summary.hh"

namespace pmill::summary {
namespace {

constexpr unsigned kMajorVersion = 1, kMinorVersion = 3;
constexpr unsigned kMostMessages = 20;
constexpr std::string_view kBlanks = " \t\r";

/// A number in network order.
std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::string quoted(std::string_view word) {
  constexpr std::size_t kMost = 40;
  std::string text = "'";
  for (const char c : word.substr(0, kMost)) text.push_back(c >= 32 && c < 127 ? c : '?');
  return text + (word.size() > kMost ? "...'" : "'");
}

/// Cuts the value of a kind off a binary record; false when the record ends before.
bool cut_value(const Kind &kind, unsigned minor_version, std::string_view &rest, Value &value) {
  if (rest.size() < kind.bytes) return false;
  const auto head = rest.substr(0, kind.bytes);
  rest.remove_prefix(kind.bytes);
  if (kind.binary == Kind::Binary::time) {
    const std::uint64_t fraction = big_endian(head.substr(4)) * (minor_version == 0 ? 1000 : 1);
    const std::uint64_t ns = big_endian(head.substr(0, 4)) * 1'000'000'000 + fraction;
    return value.set(ns);
  }
  if (kind.binary == Kind::Binary::bytes) return true;
  value.number = big_endian(head);
  if (kind.binary == Kind::Binary::number) return true;
  const std::uint64_t length = std::exchange(value.number, 0);
  if (length > rest.size()) return false;
  value.bytes = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

}  // namespace

bool FlowId::parse(std::string_view text) {
  FlowId flow;
  std::uint64_t numbers[5]{};
  for (unsigned i = 0; i < 5; ++i) {
    const auto word = next_word(text);
    if (word == "-" || (i == 4 && word.empty())) continue;
    const bool good = i == 4       ? scan_protocol(word, numbers[i])
                      : i % 2 == 0 ? scan_address(word, numbers[i])
                                   : scan_integer(word, 0xffff, numbers[i]);
    if (!good) return false;
  }
  if (!next_word(text).empty()) return false;
  flow.given = true;
  flow.source = IPAddress(net32(static_cast<std::uint32_t>(numbers[0])));
  flow.source_port = static_cast<std::uint16_t>(numbers[1]);
  flow.destination = IPAddress(net32(static_cast<std::uint32_t>(numbers[2])));
  flow.destination_port = static_cast<std::uint16_t>(numbers[3]);
  flow.protocol = static_cast<std::uint8_t>(numbers[4]);
  *this = flow;
  return true;
}

Reader::Reader() : draft_(std::make_unique<Draft>()) {}
Reader::~Reader() = default;

std::string Reader::open(std::string_view name, Bytes content, const ReaderOptions &options,
                         bool tells) {
  name_ = name;
  options_ = options;
  content_ = {reinterpret_cast<const char *>(content.data()), content.size()};
  if (content_.starts_with("\x1f\x8b") || content_.starts_with("BZh")) return "is compressed";
  FlowId flow;
  if (!options.flowid.empty() && !flow.parse(options.flowid)) return "bad FLOWID";
  rewind();
  if (!tells) return {};
  messages_left_ = kMostMessages;
  const bool has_head = content_.starts_with("!IPSummaryDump") ||
                        content_.starts_with("!creator") || content_.starts_with("!data") ||
                        content_.starts_with("!contents");
  line_ = 1;
  if (!has_head && fields_.empty())
    say("warning: missing banner line; is this an IP summary dump?");
  line_ = 0;
  return {};
}

void Reader::rewind() {
  messages_left_ = 0;
  position_ = 0;
  line_ = 0;
  binary_ = false;
  minor_version_ = kMinorVersion;
  flow_ = {};
  if (!options_.flowid.empty()) flow_.parse(options_.flowid);
  protocol_ = options_.protocol;
  aggregate_ = 0;
  choose_fields(options_.fields);
  share_ = Share(Record{});
  share_.next(record_);
}

bool Reader::next(Random &random) {
  if (share_.left()) {
    share_.next(record_);
    return true;
  }
  if (!read_record()) return false;
  build(*draft_, {options_, flow_, protocol_, aggregate_}, random, bytes_, record_);
  if (options_.multipacket && record_.notes.extra_packets != 0) {
    share_ = Share(record_);
    share_.next(record_);
  }
  return true;
}

std::uint32_t Reader::longest(Bytes content, const ReaderOptions &options, std::uint32_t enough) {
  constexpr std::uint32_t kHeaders = 14 + 60 + 60;
  const std::string_view text(reinterpret_cast<const char *>(content.data()), content.size());
  if (!options.checksum && text.find("!binary") == std::string_view::npos) {
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      line = std::max(line, end - at);
      at = end + 1;
    }
    if (line + kHeaders <= enough) return static_cast<std::uint32_t>(line + kHeaders);
  }
  Reader reader;
  reader.open("", content, options, false);
  Random random;
  std::uint32_t longest = 0;
  while (reader.next(random)) longest = std::max(longest, reader.record().length);
  return longest;
}

// --- lines and records ---------------------------------------------------------------------------

bool Reader::next_line(std::string_view &line) {
  if (position_ >= content_.size()) return false;
  const auto end = std::min(content_.find('\n', position_), content_.size());
  line = content_.substr(position_, end - position_);
  position_ = end + 1;
  ++line_;
  return true;
}

bool Reader::next_block(std::string_view &block, bool &is_text) {
  if (position_ >= content_.size()) return false;
  ++line_;
  const auto rest = content_.substr(position_);
  const std::uint64_t head = rest.size() < 4 ? 0 : big_endian(rest.substr(0, 4));
  const std::uint64_t length = head & 0x7fffffff;
  if (length < 4 || length > rest.size()) {
    bad_line("packet parse error: the file ends inside this record, or is damaged");
    position_ = content_.size();
    return false;
  }
  is_text = head >> 31 != 0;
  block = rest.substr(4, length - 4);
  if (is_text && block.ends_with('\n')) block.remove_suffix(1);
  position_ += length;
  return true;
}

/// Finds the next record about a packet; false at the end.
bool Reader::read_record() {
  for (;;) {
    std::string_view text;
    bool is_text = true;
    if (binary_ ? !next_block(text, is_text) : !next_line(text)) return false;
    draft_->clear();
    good_ = 0;
    wrong_.clear();
    if (is_text ? read_line(text) : read_binary(text)) return true;
  }
}

bool Reader::read_line(std::string_view line) {
  if (line.starts_with('#')) return false;
  if (line.starts_with('!')) return read_directive(line), false;
  if (line.find_first_not_of(kBlanks) == std::string_view::npos) return false;
  return read_text(line);
}

bool Reader::read_text(std::string_view line) {
  bool missing = false;
  for (const Field *field : fields_) {
    const auto word = next_word(line);
    if (word.empty()) break;
    if (field == nullptr || field->put == nullptr || word == "-" || word == "?")
      missing = true;
    else
      read_value(*field, word);
  }
  if (good_ != 0 && !next_word(line).empty()) wrong_.emplace_back("more values than fields");
  return finish_values(missing);
}

/// In a binary record what is missing is 0.
bool Reader::read_binary(std::string_view block) {
  bool missing = false;
  for (const Field *field : fields_) {
    Value value;
    if (field == nullptr || !cut_value(*field->kind, minor_version_, block, value)) break;
    if (field->put == nullptr || (value.number == 0 && value.bytes.empty()))
      missing = true;
    else
      put(*field, value, "in the record");
  }
  return finish_values(missing);
}

void Reader::read_value(const Field &field, std::string_view word) {
  Value value;
  if (field.kind->scan(word, value, scratch_))
    put(field, value, word);
  else
    wrong_.push_back("bad " + std::string(field.name) + " " + quoted(word));
}

void Reader::put(const Field &field, const Value &value, std::string_view word) {
  const bool is_ipv6 = field.kind == &kAddress && !value.bytes.empty();
  if ((!is_ipv6 || options_.ipv6) && field.put(*draft_, value))
    ++good_;
  else
    wrong_.push_back("bad " + std::string(field.name) + " " + quoted(word));
}

/// Says whether the line is about a packet. One without any value that can be read is not.
bool Reader::finish_values(bool missing) {
  if (fields_.empty()) return bad_line("no '!data' provided");
  if (!draft_->icmp_code_name.empty()) resolve_code();
  if (good_ == 0 && (!missing || !wrong_.empty())) return bad_line("packet parse error");
  if (!wrong_.empty() && bad_values_ == 0) say(wrong_.front());
  bad_values_ += wrong_.size();
  return true;
}

/// A name of a code means something only with the type.
void Reader::resolve_code() {
  const auto type = static_cast<std::uint8_t>(draft_->get(Slot::icmp_type));
  if (const auto code = net::find_icmp_code(type, draft_->icmp_code_name)) {
    draft_->set(Slot::icmp_code, *code);
    return;
  }
  --good_;
  draft_->set(Slot::icmp_code, 0);
  wrong_.push_back("bad icmp_code_name " + quoted(draft_->icmp_code_name));
}

// --- directives ----------------------------------------------------------------------------------

void Reader::read_directive(std::string_view line) {
  const auto name = next_word(line);
  if (name == "!data" || name == "!contents") return choose_fields(line);
  if (name == "!IPSummaryDump") return read_banner(line);
  if (name == "!binary") {
    if (!std::exchange(binary_, true)) line_ = 0;
    return;
  }
  const auto word = next_word(line);
  std::uint64_t number = 0;
  bool good = true;
  if (name == "!proto") {
    good = scan_protocol(word, number) && next_word(line).empty();
    if (good) protocol_ = static_cast<std::uint8_t>(number);
  } else if (name == "!aggregate") {
    good = scan_integer(word, UINT32_MAX, number) && next_word(line).empty();
    if (good) aggregate_ = static_cast<std::uint32_t>(number);
  } else if (name == "!flowid") {
    good = flow_.parse(
        {word.data(), static_cast<std::size_t>(line.data() + line.size() - word.data())});
  }
  if (good) return;
  ++bad_lines_;
  say("bad " + std::string(name) + " specification");
}

void Reader::read_banner(std::string_view version) {
  const auto word = next_word(version);
  const auto dot = std::min(word.find('.'), word.size());
  std::uint64_t major = 0, minor = 0;
  if (!scan_integer(word.substr(0, dot), UINT32_MAX, major) ||
      !scan_integer(word.substr(std::min(dot + 1, word.size())), UINT32_MAX, minor))
    return;
  minor_version_ = static_cast<unsigned>(minor);
  if (major != kMajorVersion || minor > kMinorVersion)
    say("warning: unexpected IPSummaryDump version " + std::string(word));
}

void Reader::choose_fields(std::string_view names) {
  fields_.clear();
  while (true) {
    names.remove_prefix(std::min(names.find_first_not_of(kBlanks), names.size()));
    if (names.empty()) return;
    const char quote = names[0] == '\'' || names[0] == '"' ? names[0] : '\0';
    if (quote != '\0') names.remove_prefix(1);
    const auto end =
        std::min(quote != '\0' ? names.find(quote) : names.find_first_of(kBlanks), names.size());
    std::string name(names.substr(0, end));
    names.remove_prefix(std::min(end + (quote != '\0'), names.size()));
    std::replace(name.begin(), name.end(), ' ', '_');
    const Field *field = find_field(name);
    if (field == nullptr)
      say("warning: unknown content type " + quoted(name));
    else if (field->put == nullptr)
      say("warning: content type " + quoted(name) + " ignored on input");
    fields_.push_back(field);
  }
}

// --- messages ------------------------------------------------------------------------------------

/// Counts a line that says nothing about a packet, and says so once.
bool Reader::bad_line(std::string_view why) {
  if (bad_lines_++ == 0) say(why);
  return false;
}

void Reader::say(std::string_view message) {
  if (messages_left_ == 0) return;
  --messages_left_;
  std::fprintf(stderr, "%s:%s%llu: %.*s\n", name_.c_str(), binary_ ? "record " : "",
               static_cast<unsigned long long>(line_), static_cast<int>(message.size()),
               message.data());
}

}  // namespace pmill::summary
