// SPDX-License-Identifier: BSD-3-Clause
// X-Change: how a driver and an application exchange buffers, with no descriptor in between.
//
// A driver of DPDK's fills an mbuf for every frame, which an application then translates. Here a
// driver tells an application what it found out by calling its setters, which the application
// writes as it needs them: into a structure of its own, into registers, or not at all. For every
// frame that the application gets it gives an empty buffer back, so that neither side has a pool
// the other one draws from. The idea is PacketMill's (A. Farshin et al., "PacketMill: Toward
// Per-Core 100-Gbps Networking", ASPLOS 2021), whose setters are resolved when linking; these are
// C++ concepts: a driver is a template over the application and is written once for every layout,
// and where a setter does nothing, the driver's loads are gone, too.
//
// A driver receives like this (runtime/include/pmill/xchg/nic.hh does):
//
//   for each frame that is there:
//     const Buffer fresh = app.exchange();            // nullptr: stop here, the frame waits
//     typename A::Descriptor d;
//     app.set_buffer(d, buffer), app.set_data(d, at), app.set_length(d, bytes);
//     if constexpr (A::wants(Field::mark)) app.set_mark(d, …);   // and so on
//     put A::room(fresh) where the device looks for empty buffers
//     app.finish(d);                                  // may run the whole program
//   tell the device once how many new buffers there are
//
// and transmits like this:
//
//   app.give_back(buffers, n) with the buffers that the device is done with
//   for each packet: A::data(packet), A::length(packet) to the device, keep A::buffer(packet)
//   tell the device once; return how many it took: the others are still the application's
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace pmill::xchg {

/// Changes when a driver or an application must change.
inline constexpr unsigned kVersion = 1;

/// What a driver may know of a frame beside its buffer and extent.
enum class Field : std::uint8_t { timestamp, rss_hash, vlan_tag, packet_type, mark, flags };

/// What a driver says with `set_flags`.
namespace flag {
inline constexpr std::uint32_t kRssHash = 1;       // the hash is the frame's
inline constexpr std::uint32_t kVlanStripped = 2;  // the tag was taken out of the frame
inline constexpr std::uint32_t kVlan = 4;          // the tag is in the frame
inline constexpr std::uint32_t kIpGood = 8;        // the checksum of the IPv4 header is right
inline constexpr std::uint32_t kIpBad = 16;
inline constexpr std::uint32_t kL4Good = 32;  // that of the TCP segment or UDP datagram
inline constexpr std::uint32_t kL4Bad = 64;
inline constexpr std::uint32_t kMark = 128;  // a flow rule set the mark
inline constexpr std::uint32_t kTimestamp = 256;
}  // namespace flag

/// An application that receives.
///
/// `Buffer` is a handle, a pointer to whatever, nullptr for none. `room(buffer)` is where a device
/// writes into an empty one, `with_room(at)` the buffer whose room begins there: so a driver keeps
/// an address or a handle, as it likes. `room_bytes()` is how much fits.
///
/// `exchange()` gives an empty buffer for a received one; the driver posts it. `Descriptor` is what
/// the setters write into, a local value of the driver's loop, begun as `Descriptor{}`. Of `Field`s
/// that the application does not want, `wants` says so, and the driver need not compute them; it
/// may call their setters all the same. A timestamp is in ns of the device's clock, a VLAN tag in
/// host order, a packet type is DPDK's RTE_PTYPE_*.
///
/// `finish` takes over the packet. It may transmit, also to the same device, and take and give
/// buffers; it must not receive from the same queue.
template <typename A>
concept Receiver =
    std::is_pointer_v<typename A::Buffer> &&
    std::is_default_constructible_v<typename A::Descriptor> &&
    requires(A &app, typename A::Descriptor &d, typename A::Buffer buffer, std::uint8_t *at) {
      { app.exchange() } -> std::same_as<typename A::Buffer>;
      { A::room(buffer) } -> std::same_as<std::uint8_t *>;
      { A::with_room(at) } -> std::same_as<typename A::Buffer>;
      { A::room_bytes() } -> std::convertible_to<std::uint32_t>;
      requires std::same_as<std::bool_constant<A::wants(Field::flags)>,
                            std::bool_constant<A::wants(Field::flags)>>;
      app.set_buffer(d, buffer);
      app.set_data(d, at);
      app.set_length(d, std::uint32_t{});
      app.set_timestamp(d, std::uint64_t{});
      app.set_rss_hash(d, std::uint32_t{});
      app.set_vlan_tag(d, std::uint16_t{});
      app.set_packet_type(d, std::uint32_t{});
      app.set_mark(d, std::uint32_t{});
      app.set_flags(d, std::uint32_t{});
      app.finish(d);
    };

/// An application that transmits: `Outgoing` is a packet as it hands it over. The driver keeps the
/// buffer until the device is done with it and gives it back, any number at once; it may keep the
/// address of its room in its place.
template <typename A>
concept Transmitter =
    std::is_pointer_v<typename A::Buffer> &&
    requires(A &app, const typename A::Outgoing &p, typename A::Buffer buffer, std::uint8_t *at) {
      { A::room(buffer) } -> std::same_as<std::uint8_t *>;
      { A::with_room(at) } -> std::same_as<typename A::Buffer>;
      { A::buffer(p) } -> std::same_as<typename A::Buffer>;
      { A::data(p) } -> std::convertible_to<const std::uint8_t *>;
      { A::length(p) } -> std::convertible_to<std::uint32_t>;
      app.give_back(&buffer, 1U);
    };

}  // namespace pmill::xchg
