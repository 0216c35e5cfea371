// SPDX-License-Identifier: BSD-3-Clause
#include <charconv>
#include <pmill/text.hh>

namespace pmill {

static constexpr char kDigits[] = "0123456789abcdef";

std::string join(std::initializer_list<Piece> pieces) {
  std::string whole;
  for (const Piece &piece : pieces) {
    if (piece.kind_ == Piece::Kind::negative) whole += '-';
    if (piece.kind_ != Piece::Kind::text) whole += std::to_string(piece.number_);
    whole += piece.text_;
  }
  return whole;
}

TextLine::~TextLine() {
  character('\n');
  write();
  std::fflush(out_);
}

TextLine &TextLine::character(char c) {
  if (used_ == sizeof buffer_) write();
  buffer_[used_++] = c;
  return *this;
}

TextLine &TextLine::text(std::string_view s) {
  for (char c : s) character(c);
  return *this;
}

TextLine &TextLine::number(std::int64_t v, std::size_t width) { return padded(v, width, ' ', 10); }

TextLine &TextLine::zeros(std::int64_t v, std::size_t width) { return padded(v, width, '0', 10); }

TextLine &TextLine::hex(std::int64_t v, std::size_t width) { return padded(v, width, '0', 16); }

TextLine &TextLine::hex_bytes(const std::uint8_t *bytes, std::size_t count, std::size_t group) {
  for (std::size_t i = 0; i < count; ++i) {
    if (group != 0 && i != 0 && i % group == 0) character(' ');
    character(kDigits[bytes[i] >> 4]).character(kDigits[bytes[i] & 15]);
  }
  return *this;
}

TextLine &TextLine::ascii_bytes(const std::uint8_t *bytes, std::size_t count, std::size_t group) {
  for (std::size_t i = 0; i < count; ++i) {
    if (group != 0 && i % group == 0) character(' ');
    character(bytes[i] < 32 || bytes[i] > 126 ? '.' : static_cast<char>(bytes[i]));
  }
  return *this;
}

TextLine &TextLine::address(IPAddress a) {
  for (int i = 0; i < 4; ++i) {
    if (i != 0) character('.');
    number(a.value >> (8 * i) & 0xff);
  }
  return *this;
}

TextLine &TextLine::address(const EtherAddress &a) {
  for (std::size_t i = 0; i < a.octets.size(); ++i) {
    if (i != 0) character('-');
    character("0123456789ABCDEF"[a.octets[i] >> 4]).character("0123456789ABCDEF"[a.octets[i] & 15]);
  }
  return *this;
}

TextLine &TextLine::timestamp(std::int64_t annotation) {
  const std::int64_t ns = timestamp_value(annotation);
  return number(ns / 1'000'000'000).character('.').zeros(ns % 1'000'000'000 / 1000, 6);
}

TextLine &TextLine::padded(std::int64_t v, std::size_t width, char pad, int base) {
  char digits[24];
  const char *end = std::to_chars(digits, digits + sizeof digits, v, base).ptr;
  const auto length = static_cast<std::size_t>(end - digits);
  for (std::size_t i = length; i < width; ++i) character(pad);
  return text({digits, length});
}

void TextLine::write() {
  std::fwrite(buffer_, 1, used_, out_);
  used_ = 0;
}

}  // namespace pmill
