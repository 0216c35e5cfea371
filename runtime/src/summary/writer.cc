// SPDX-License-Identifier: BSD-3-Clause
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <pmill/text.hh>

#include "summary.hh"

namespace pmill::summary {
namespace {

constexpr std::size_t kBadLine = 64;  // at most, with what frames it in a binary file
constexpr std::uint32_t kIsText = 0x80000000;

std::uint8_t *put_number(std::uint8_t *at, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0; value >>= 8) at[i] = static_cast<std::uint8_t>(value);
  return at + bytes;
}
std::uint8_t *put_bytes(std::uint8_t *at, std::string_view bytes) {
  return std::copy(bytes.begin(), bytes.end(), at);
}

/// A value in binary; one that is missing is 0.
std::uint8_t *put_value(std::uint8_t *at, const Kind &kind, const Value &value) {
  using Binary = Kind::Binary;
  switch (kind.binary) {
    case Binary::number:
      return put_number(at, value.number, kind.bytes);
    case Binary::time: {
      const auto ns = timestamp_value(static_cast<std::int64_t>(value.number));
      at = put_number(at, static_cast<std::uint64_t>(ns / 1'000'000'000), 4);
      return put_number(at, static_cast<std::uint64_t>(ns % 1'000'000'000), 4);
    }
    case Binary::bytes:
      if (value.bytes.empty()) return put_number(at, 0, kind.bytes);
      return put_bytes(at, value.bytes);
    default:
      return put_bytes(put_number(at, value.bytes.size(), kind.bytes), value.bytes);
  }
}

Text &put_bad(Text &text, const View &view) {
  text.text("!bad ").text(view.bad);
  if (view.bad_value >= 0) text.number(view.bad_value);
  return text.character('\n');
}

}  // namespace

Share::Share(const Record &all)
    : count_(all.notes.extra_packets + 1),
      first_(timestamp_value(all.notes.first_timestamp)),
      last_(timestamp_value(all.notes.timestamp)) {
  const std::uint64_t own = all.length;
  bytes_ = std::max(own + all.notes.extra_length, own * count_);
  if (all.notes.first_timestamp == 0) first_ = last_;
}

void Share::next(Record &record) {
  const std::uint64_t bytes = bytes_ / (count_ - index_);
  bytes_ -= bytes;
  record.notes.extra_packets = 0;
  record.notes.extra_length = static_cast<std::uint32_t>(bytes - record.length);
  std::int64_t time = last_;
  // Annotations may be any numbers, so no difference can be relied on to fit.
  if (index_ + 1 < count_) {
    const auto first = static_cast<std::uint64_t>(first_);
    const auto span = static_cast<std::int64_t>(static_cast<std::uint64_t>(last_) - first);
    const std::int64_t step = span / (count_ - 1) * index_;
    time = static_cast<std::int64_t>(first + static_cast<std::uint64_t>(step));
  }
  ++index_;
  if (record.notes.timestamp != 0) record.notes.timestamp = timestamp_annotation(time);
}

std::string Writer::open(std::string_view name, const WriterOptions &options, std::int64_t now) {
  options_ = options;
  std::string_view rest = options.fields;
  for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const Field *field = find_field(word);
    if (field == nullptr) return "unknown content type '" + std::string(word) + "'";
    fields_.push_back(field);
    most_ += field->kind->most + 1;
    payloads_ += field->kind->binary == Kind::Binary::long_bytes;
  }
  splits_ = options.multipacket &&
            std::find(fields_.begin(), fields_.end(), find_field("count")) == fields_.end();
  if (std::string error = file_.create(name); !error.empty()) return error;
  if (options.header) write_head(now);
  file_.lost();
  return file_.error();
}

void Writer::write_head(std::int64_t now) {
  char host[256]{};
  std::uint8_t *const begin = file_.room(1024 + 4 * options_.banner.size() + 32 * fields_.size());
  Text text(begin);
  text.text("!IPSummaryDump 1.3\n");
  if (!options_.banner.empty()) {
    text.text("!creator ");
    kPayload.print(text, {.number = 0, .bytes = options_.banner});
    text.character('\n');
  }
  if (options_.verbose) {
    if (gethostname(host, sizeof host - 1) == 0) text.text("!host ").text(host).character('\n');
    const std::time_t seconds = now / 1'000'000'000;
    char date[64];
    text.text("!runtime ").number(seconds).character('.');
    text.zeros(static_cast<std::uint64_t>(now % 1'000'000'000 / 1000), 6).text(" (");
    std::string_view written(ctime_r(&seconds, date));
    text.text(written.substr(0, written.find('\n'))).text(")\n");
  }
  text.text("!data");
  for (const Field *field : fields_) text.character(' ').text(field->name);
  text.character('\n');
  if (options_.binary) text.text("!binary\n");
  file_.append(static_cast<std::size_t>(text.end() - begin));
  file_.flush();
}

void Writer::write(const Record &packet) {
  if (!splits_ || packet.notes.extra_packets == 0) return write_one(packet);
  Record one = packet;
  for (Share share(packet); share.left();) {
    share.next(one);
    write_one(one);
  }
}

void Writer::write_one(const Record &packet) {
  const View view(packet, options_);
  const bool bad = options_.bad_packets && !view.bad.empty();
  std::uint8_t *const begin =
      file_.room(most_ + payloads_ * (4 * std::size_t{packet.length} + 8) + kBadLine);
  Text text(begin);
  if (options_.binary) {
    std::uint8_t *at = begin;
    if (bad) {
      Text line(at + 4);
      put_bad(line, view);
      put_number(at, static_cast<std::uint64_t>(line.end() - at) | kIsText, 4);
      at = line.end();
    }
    std::uint8_t *to = at + 4;
    for (const Field *field : fields_) {
      Value value;
      if (!field->get(view, value)) value = {};
      to = put_value(to, *field->kind, value);
    }
    put_number(at, static_cast<std::uint64_t>(to - at), 4);
    return file_.append(static_cast<std::size_t>(to - begin));
  }
  if (bad) put_bad(text, view);
  for (bool first = true; const Field *field : fields_) {
    if (!std::exchange(first, false)) text.character(' ');
    Value value;
    if (field->get(view, value))
      field->kind->print(text, value);
    else
      text.character('-');
  }
  text.character('\n');
  file_.append(static_cast<std::size_t>(text.end() - begin));
}

}  // namespace pmill::summary
