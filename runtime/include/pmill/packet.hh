// SPDX-License-Identifier: BSD-3-Clause
// A packet: one buffer, the extent of its data, and the metadata that is live in the program.
//
// In a fused region a packet is a local value that the optimiser keeps in registers; otherwise
// it is an object in its buffer's private area. Elements see no difference: they are handed
// `auto &packet` and own it until they emit, drop or keep it, exactly once.
#pragma once

#include <cstring>
#include <new>
#include <pmill/buffer.hh>
#include <pmill/marks.hh>
#include <pmill/meta.hh>
#include <pmill/packet_fields.hh>
#include <pmill/values.hh>
#include <utility>

namespace pmill {

/// Whom a frame was sent to, as Click's packet types.
enum class PacketType : std::uint8_t { host, broadcast, multicast, other_host, outgoing };

/// `Layout` is generated: `FieldSet read` and `written` (what the elements declare), `live` (what
/// the packet carries: a field that is not is never read, or has always its first value), `places`
/// (an array: where it carries them), `bool resizes` (whether any element moves or cuts data),
/// `bool in_memory` (whether packets are objects in their buffers).
template <typename L>
class Packet {
 public:
  using Layout = L;

 private:
 public:
  /// How far data is behind where it began. In a fused region mostly a constant, which tells that
  /// so much room is in front, and after as many bytes were added as removed, that nothing moved.
  using Moved = detail::Slot<L::resizes, std::int32_t, 0>;
  using Network = detail::Slot<L::live.contains(meta::network), std::uint8_t *, 1>;
  using Others = detail::Area<L>;
  static_assert(Others::map.agrees(L::places, L::live, L::area_bytes));

  PMILL_INLINE Packet(Buffer buffer, std::uint8_t *data, std::uint32_t length, Moved moved = {},
                      Network network = {}, Others others = {})
      : buffer_(buffer),
        data_(data),
        length_(length),
        moved_(moved),
        network_(network),
        others_(others) {}

  /// Calls `use` with the constructor's arguments, for a function out of line: most are passed in
  /// registers. It reads no metadata but `Live`, so the rest need not be known then.
  template <FieldSet Live>
  PMILL_INLINE void in_parts(auto &&use) const {
    use(buffer_, data_, length_, moved_, network_if<Live>(), others<Live>());
  }

  /// The packet with no metadata but `Live`.
  template <FieldSet Live>
  PMILL_INLINE Packet only() const {
    return Packet(buffer_, data_, length_, moved_, network_if<Live>(), others<Live>());
  }

  // --- bytes -------------------------------------------------------------------------------

  /// The first byte of the packet.
  PMILL_INLINE std::uint8_t *data() const { return data_; }
  /// Number of bytes from data().
  PMILL_INLINE std::uint32_t length() const { return length_; }
  PMILL_INLINE std::uint8_t *end() const { return data_ + length_; }
  PMILL_INLINE std::uint32_t headroom() const {
    return static_cast<std::uint32_t>(data_ - buffer::start(buffer_));
  }
  PMILL_INLINE std::uint32_t tailroom() const {
    return static_cast<std::uint32_t>(buffer::limit(buffer_) - end());
  }

  /// Whether the first `n` bytes may be read before it is known that the packet has them: they
  /// lie in the buffer for sure, and mean nothing if it does not. A constant.
  PMILL_INLINE bool may_read_ahead(std::uint32_t n) const {
    const std::int64_t moved = moved_.get();
    if (poison::enabled || !__builtin_constant_p(moved)) return false;
    return std::cmp_less_equal(moved + n, kReadAhead);
  }

  /// Removes `n` bytes at the front; n <= length().
  PMILL_INLINE void pull(std::uint32_t n) {
    check_resizes();
    poison::close(data_, n);
    move(static_cast<std::int32_t>(n));
    length_ -= n;
  }
  /// Adds `n` bytes at the front, whose content is what was there before. False, and no change,
  /// when the buffer is too small.
  [[nodiscard]] PMILL_INLINE bool push(std::uint32_t n) {
    check_resizes();
    const bool given_up_before = std::cmp_greater_equal(moved_.get(), n);
    if (!given_up_before && headroom() < n) [[unlikely]] {
      if (!shift(std::int64_t{n} - headroom())) return false;
    }
    move(-static_cast<std::int32_t>(n));
    length_ += n;
    poison::open(data_, n);
    return true;
  }
  /// Removes `n` bytes at the end; n <= length().
  PMILL_INLINE void take(std::uint32_t n) {
    check_resizes();
    length_ -= n;
    poison::close(end(), n);
  }
  /// Adds `n` bytes of any content at the end. False, and no change, when there is no room.
  [[nodiscard]] PMILL_INLINE bool put(std::uint32_t n) {
    check_resizes();
    if (tailroom() < n) return false;
    poison::open(end(), n);
    length_ += n;
    return true;
  }
  /// Moves the data by `by` bytes in the buffer, towards its end if positive; headers and what
  /// lies in front move along. False, and no change, when there is no room.
  [[nodiscard]] PMILL_INLINE bool shift(std::int64_t by) {
    check_resizes();
    if (std::cmp_less(tailroom(), by) || std::cmp_less(headroom(), -by)) return false;
    move_bytes(buffer_, data_, end(), by);
    const auto shifted = [by](std::uint8_t *header) __attribute__((always_inline)) {
      return header == nullptr ? nullptr : header + by;
    };
    network_.set(shifted(network_.get()));
    set_header<meta::mac>(shifted(header<meta::mac>()));
    set_header<meta::transport>(shifted(header<meta::transport>()));
    move(static_cast<std::int32_t>(by));
    return true;
  }

  // --- headers -----------------------------------------------------------------------------
  // Pointers into the buffer, nullptr until somebody sets them.

  PMILL_INLINE std::uint8_t *mac() const {
    check_read<meta::mac>();
    return header<meta::mac>();
  }
  PMILL_INLINE std::uint8_t *network() const {
    check_read<meta::network>();
    return network_.get();
  }
  PMILL_INLINE std::uint8_t *transport() const {
    check_read<meta::transport>();
    return header<meta::transport>();
  }
  PMILL_INLINE void set_mac(std::uint8_t *p) {
    check_written<meta::mac>();
    set_header<meta::mac>(p);
  }
  PMILL_INLINE void set_network(std::uint8_t *p) {
    check_written<meta::network>();
    network_.set(p);
  }
  /// Tells where the network header is, which it is: nothing changes.
  PMILL_INLINE void tell_network(std::int32_t offset) {
    std::uint8_t *const header = data_ + offset;
    __builtin_assume(header != nullptr);
    if constexpr (!L::in_memory) network_.set(header);
  }
  PMILL_INLINE void set_transport(std::uint8_t *p) {
    check_written<meta::transport>();
    set_header<meta::transport>(p);
  }

  // --- annotations -------------------------------------------------------------------------

  template <unsigned Offset, typename T>
  PMILL_INLINE T get(Annotation<Offset, T> a) const {
    static_assert(L::read.contains(a), "an element reads an annotation its Spec does not name");
    T value{};
    if constexpr (Others::map.place[Offset] != detail::kDead)
      std::memcpy(&value, others_.bytes + Others::map.place[Offset], sizeof(T));
    return value;
  }
  template <unsigned Offset, typename T>
  PMILL_INLINE void set(Annotation<Offset, T> a, T value) {
    static_assert(L::written.contains(a), "an element writes an annotation its Spec does not name");
    if constexpr (Others::map.place[Offset] != detail::kDead)
      std::memcpy(others_.bytes + Others::map.place[Offset], &value, sizeof(T));
  }
  /// Reads an annotation whose place is an argument.
  template <typename T>
  PMILL_INLINE T get(unsigned offset) const {
    T value{};
    if constexpr (Others::map.bytes != 0)
      if (Others::map.place[offset] != detail::kDead)
        std::memcpy(&value, others_.bytes + Others::map.place[offset], sizeof(T));
    return value;
  }
  template <typename T>
  PMILL_INLINE void set(unsigned offset, T value) {
    if constexpr (Others::map.bytes != 0)
      if (Others::map.place[offset] != detail::kDead)
        std::memcpy(others_.bytes + Others::map.place[offset], &value, sizeof(T));
  }

  /// Nanoseconds since the epoch, 0 when nobody set it.
  PMILL_INLINE std::int64_t timestamp() const {
    check_read<meta::timestamp>();
    return others_.template get<meta::timestamp, std::int64_t>();
  }
  PMILL_INLINE void set_timestamp(std::int64_t ns) {
    check_written<meta::timestamp>();
    others_.template set<meta::timestamp>(ns);
  }
  PMILL_INLINE PacketType type() const {
    check_read<meta::type>();
    return others_.template get<meta::type, PacketType>();
  }
  PMILL_INLINE void set_type(PacketType t) {
    check_written<meta::type>();
    others_.template set<meta::type>(t);
  }

  /// The number of the packet's flow, 0 for none.
  PMILL_INLINE std::uint32_t flow() const {
    check_read<meta::flow>();
    return others_.template get<meta::flow, std::uint32_t>();
  }
  PMILL_INLINE void set_flow(std::uint32_t number) {
    check_written<meta::flow>();
    others_.template set<meta::flow>(number);
  }

  // --- for the runtime ---------------------------------------------------------------------

  PMILL_INLINE Buffer buffer() const { return buffer_; }

  /// Gives the packet to whoever transmits it.
  PMILL_INLINE Outgoing surrender() const {
    if constexpr (poison::enabled) poison::open(buffer::start(buffer_), buffer::capacity(buffer_));
    return buffer::outgoing(buffer_, data_, length_, L::resizes, moved_.get() != 0);
  }

  /// Leaves the packet, with the metadata `Live`, in its buffer; parked() finds it there. Where
  /// packets are objects in their buffers, this may be a copy that was handed out of line.
  template <FieldSet Live>
  PMILL_INLINE Packet &park() const {
    static_assert(sizeof(Packet) <= kBufferPrivateBytes);
    auto *const place = static_cast<Packet *>(buffer::private_area(buffer_));
    if constexpr (L::in_memory) {
      if (place != this) new (place) Packet(only<Live>());
    } else {  // nothing but what parked() reads: whoever finds it knows the buffer
      place->data_ = data_;
      place->length_ = length_;
      place->moved_ = moved_;
      if constexpr (Live.contains(meta::network)) place->network_ = network_;
      place->others_.template take<Live>(others_);
    }
    return *std::launder(place);
  }
  /// The packet in a buffer, where it was left with the metadata `Live`: a copy, or, where packets
  /// are objects in their buffers, that.
  template <FieldSet Live>
  PMILL_INLINE static decltype(auto) parked(Buffer b) {
    auto *packet = std::launder(static_cast<Packet *>(buffer::private_area(b)));
    mark_parked(b);
    if constexpr (L::in_memory)
      return (*packet);
    else
      return Packet(b, packet->data_, packet->length_, packet->moved_,
                    packet->template network_if<Live>(), packet->template others<Live>());
  }

  /// Makes the metadata those of a new packet, but for the annotation `kept`. Of what is not `Live`
  /// there is nothing to keep: other fields may lie there.
  template <FieldSet Live, unsigned Offset, typename T>
  PMILL_INLINE void renew_metadata(Annotation<Offset, T> kept) {
    const Packet old = *this;
    network_ = {};
    others_ = {};
    if constexpr (touches(Live, kept)) set<T>(Offset, old.get<T>(Offset));
  }

  /// Takes over what a packet keeps that is made because of another: when that came, and one
  /// annotation; where they are `Live`.
  template <FieldSet Live, unsigned Offset, typename T>
  PMILL_INLINE void inherit(const Packet &other, Annotation<Offset, T> kept) {
    if constexpr (Live.contains(meta::timestamp))
      others_.template take<meta::timestamp>(other.others_);
    if constexpr (touches(Live, kept)) set<T>(Offset, other.get<T>(Offset));
  }

  /// Forgets fields that nobody needed so far: others may have been where they are stored.
  template <FieldSet Born>
  PMILL_INLINE void clear() {
    others_.template clear<Born>();
  }

  /// Copies all metadata of `other`, a packet whose bytes this one's are a copy of.
  PMILL_INLINE void copy_metadata(const Packet &other) {
    network_.set(moved(other.network_.get(), other));
    others_ = other.others_;
    set_header<meta::mac>(moved(other.template header<meta::mac>(), other));
    set_header<meta::transport>(moved(other.template header<meta::transport>(), other));
  }

 private:
  static consteval void check_resizes() {
    static_assert(L::resizes, "an element resizes packets though its Spec does not say so");
  }
  template <FieldSet Field>
  static consteval void check_read() {
    static_assert(L::read.contains(Field), "an element reads metadata its Spec does not name");
  }
  template <FieldSet Field>
  static consteval void check_written() {
    static_assert(L::written.contains(Field), "an element writes metadata its Spec does not name");
  }
  template <FieldSet Live>
  PMILL_INLINE Others others() const {
    Others kept{};
    kept.template take<Live>(others_);
    return kept;
  }
  template <FieldSet Live>
  PMILL_INLINE Network network_if() const {
    if constexpr (Live.contains(meta::network))
      return network_;
    else
      return {};
  }
  static consteval bool touches(FieldSet live, FieldSet some) {
    return (live.bits & some.bits) != 0;
  }
  template <FieldSet Field>
  PMILL_INLINE std::uint8_t *header() const {
    return others_.template get<Field, std::uint8_t *>();
  }
  template <FieldSet Field>
  PMILL_INLINE void set_header(std::uint8_t *p) {
    others_.template set<Field>(p);
  }
  PMILL_INLINE std::uint8_t *moved(std::uint8_t *header, const Packet &other) const {
    return header == nullptr ? nullptr : data_ + (header - other.data_);
  }

  PMILL_INLINE void move(std::int32_t by) {
    data_ += by;
    moved_.set(moved_.get() + by);
  }
  /// Moves the buffer's bytes up to `end`, but for those in front that would leave it.
  [[gnu::noinline]] static void move_bytes(Buffer b, std::uint8_t *data, std::uint8_t *end,
                                           std::int64_t by) {
    std::uint8_t *const start = buffer::start(b), *const from = by < 0 ? start - by : start;
    poison::open(start, buffer::capacity(b));
    std::memmove(from + by, from, static_cast<std::size_t>(end - from));
    poison::close(start, static_cast<std::size_t>(data + by - start));
    poison::close(end + by, static_cast<std::size_t>(buffer::limit(b) - end - by));
  }

  Buffer buffer_;
  std::uint8_t *data_;
  std::uint32_t length_;
  [[no_unique_address]] Moved moved_;
  [[no_unique_address]] Network network_;
  [[no_unique_address]] Others others_;
};

/// Makes a packet of `length` bytes in a buffer: a value in a fused region, a reference to an
/// object in the buffer's private area otherwise. Bind it with `auto &&`.
template <typename P>
PMILL_INLINE decltype(auto) adopt(Buffer b, std::uint8_t *data, std::uint32_t length) {
  if constexpr (poison::enabled) {
    if (data + length > buffer::limit(b)) __builtin_trap();
    poison::close(buffer::start(b), buffer::capacity(b));
    poison::open(data, length);
  }
  if constexpr (P::Layout::in_memory) {
    static_assert(sizeof(P) <= kBufferPrivateBytes);
    return *new (buffer::private_area(b)) P(b, data, length);
  } else {
    return P(b, data, length);
  }
}
/// The same of a buffer that knows the packet's extent: it was filled, or received as an mbuf.
template <typename P>
PMILL_INLINE decltype(auto) adopt(Buffer b) {
  return adopt<P>(b, buffer::data(b), buffer::length(b));
}

}  // namespace pmill
