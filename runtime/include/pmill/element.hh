// SPDX-License-Identifier: BSD-3-Clause
// What an element may do with a packet, and everything it needs to be written.
//
// An element is a struct with `spec`, `Args`, `State` and static functions over `auto &self`:
//
//   push(self, packet)        handles one packet: emits, drops or keeps it, exactly once
//   push(self, packet, Input<N>)  instead, for each input N to which other packets come
//   push_burst(self, packets, n)  (sinks whose spec says through) takes n packets at once, each of
//                             which push has readied before: see kStraight
//   prepare(self, packet)     (long lookups) fetches what push will read; nobody sees it;
//                             it need not be called
//   foresee(self, frame) -> hint, foresee_more(self, hint)  (with prepare) the same by a guess at a
//                             frame that nobody has looked at: see foresee.hh
//   is_far(self) -> bool      (with prepare) whether that memory is mostly not in near caches now;
//                             without it, it is
//   poll(self) -> unsigned    (sources) makes packets, emits them, returns how many
//   pull(self, use) -> bool   (pull outputs) calls `use(packet)` with a packet, if there is one;
//                             without it, packets are pulled from input 0 and pushed through push,
//                             which then emits at most one packet on output 0
//   run(self) -> unsigned     (pull inputs) pulls some packets and emits them, returns how many;
//                             without it, they are pulled from input 0 and given to push
//   exhausted(self) -> bool   (sources) nothing will come any more
//   configure(args, setup)    once a program, before memory is reserved: declares ports, buffers
//   initialize(self)          once a worker, when everything exists
//   due(self) -> ns           (what waits for a time) when poll or run will next have something to
//                             do, kNever for never: a simulated clock leaps there
//   flush(self)               at the end of every iteration of the worker's loop
//   finish(self)              once a worker, after its last iteration
//   full(args, state) -> bool  whether it has no room for packets: of one whose spec says that it
//                             fills. A source whose spec says that it yields asks blocked(self)
//   recount(self)             before its counters are shown, for the first worker: takes over what
//                             others count, such as a device
//   reconfigured(self)        once a worker, after a handler has written an argument
//   read_NAME, write_NAME     handlers: see handler.hh
//
// An element with ports has at least one of push, poll, pull and run; one without may have only
// configure. `self` is generated for each instance:
//
//   self.args       the Args, or an object whose members are compile-time constants
//   self.state      this worker's State (everybody's when the spec says shared: see lock)
//   self.shared     the element's `Shared`, when it has one: made once by `Shared(args)`, read only
//   self.worker     the Worker: clock, buffers, random numbers, stop()
//   self.lock()     a guard to hold while a shared State is used, and never while emitting
//   Self::Packet    the packet's type;  Self::frozen  whether args are compile-time constants
//   Self::output_count  the number of outputs, for elements that have any number
//   Self::input_count   the number of inputs, of an element that pulls
//   Self::Args      the type of args: with frozen, `Self::Args::member` is a constant expression
#pragma once

#include <cstddef>
#include <pmill/element_ref.hh>
#include <pmill/handler.hh>
#include <pmill/packet.hh>
#include <pmill/spec.hh>
#include <pmill/values.hh>
#include <pmill/worker.hh>
#include <type_traits>
#include <utility>

namespace pmill {

/// By which input a packet came, for a push that wants to know:
///
///     static void push(auto &self, auto &packet, Input<0>);
///     static void push(auto &self, auto &packet, Input<1>);
///
/// or, of an element with any number of inputs, `push(auto &self, auto &packet, auto input)`, where
/// `input.port` is a constant.
template <std::size_t Port>
struct Input {
  static constexpr std::size_t port = Port;
};

/// The generated type behind a `self`.
template <typename S>
using SelfOf = std::remove_cvref_t<S>;

/// Whether it is known of all packets that they pass what an element that `passes` and `checks`
/// looks at, and are marked as it would mark them: it has nothing left to do but to count and emit.
template <typename S>
inline constexpr bool kHolds = SelfOf<S>::holds;

/// Whether all packets come straight from output 0 of the element that an argument tagged `@before`
/// names: what that one has found out about a packet holds of it.
template <typename S>
inline constexpr bool kFollows = SelfOf<S>::follows;

/// Whether packets come in bursts to an element that takes them: `push`, which sees them one by
/// one, only readies them, and `push_burst` gets all.
template <typename S>
inline constexpr bool kStraight = SelfOf<S>::straight;

/// Hands the packet to output `Port`; the packet is gone. A packet for an unconnected output is
/// freed. Write one emit per output: in a fused region everything behind it is inlined there.
template <std::size_t Port>
PMILL_INLINE void emit(auto &self, auto &packet) {
  self.template to<Port>(packet);
}

/// The same for a packet that took an unusual way through the element: what is behind the output
/// is called out of line. So the usual way keeps what it knows of the packet, and an element may
/// have a second emit for an output without a second copy of the code.
template <std::size_t Port>
PMILL_INLINE void emit_rarely(auto &self, auto &packet) {
  self.template to_rarely<Port>(packet);
}

/// Hands the packet to an output known only now; false, and the packet is still the caller's,
/// when the element has no such output.
[[nodiscard]] PMILL_INLINE bool emit(auto &self, std::size_t port, auto &packet) {
  return self.to(port, packet);
}

/// Pulls from input `Port`: calls `use(packet)`, which owns it, when there is one; false when not.
template <std::size_t Port>
PMILL_INLINE bool take(auto &self, auto &&use) {
  return self.template from<Port>(use);
}
/// The same from an input known only now.
PMILL_INLINE bool take(auto &self, std::size_t port, auto &&use) { return self.from(port, use); }

/// Keeps a packet for later: its metadata goes to its buffer, and what is returned owns both.
PMILL_INLINE Buffer park(auto &self, auto &packet) {
  static_assert(SelfOf<decltype(self)>::Element::spec.keeps, "whoever parks packets `.keeps`");
  packet.template park<SelfOf<decltype(self)>::live>();
  return packet.buffer();
}
/// Calls `use(packet)` with a packet that was parked; `use` owns it.
PMILL_INLINE void resume(auto &self, Buffer b, auto &&use) {
  using Self = SelfOf<decltype(self)>;
  auto &&packet = Self::Packet::template parked<Self::live>(b);
  [[clang::always_inline]] use(packet);
}

/// Whether output `port` is connected.
PMILL_INLINE bool connected(auto &self, std::size_t port) { return self.connected(port); }

/// Ends the packet and counts why.
PMILL_INLINE void drop(auto &self, auto &packet, Count &reason) {
  ++reason;
  self.worker.release(packet.buffer());
}

/// Counts why a packet is refused; it leaves on `Port` if that is connected, and is freed if not.
template <std::size_t Port>
PMILL_INLINE void reject(auto &self, auto &packet, Count &reason) {
  ++reason;
  self.template to<Port>(packet);
}

/// Makes a packet of `length` bytes of any content, with `headroom` bytes before it, and calls
/// `use(packet)`, which owns it. False, counted in Worker::no_buffer, when there is no buffer.
PMILL_INLINE bool create(auto &self, std::uint32_t headroom, std::uint32_t length, auto &&use) {
  const Buffer b = self.worker.allocate(headroom, length);
  if (b == nullptr) return false;
  auto &&packet = adopt<typename SelfOf<decltype(self)>::Packet>(b);
  [[clang::always_inline]] use(packet);
  return true;
}

/// The same for a source that waits when there is no buffer: trying again loses no packet, so
/// nothing is counted.
PMILL_INLINE bool create_or_wait(auto &self, std::uint32_t headroom, std::uint32_t length,
                                 auto &&use) {
  if (create(self, headroom, length, use)) [[likely]]
    return true;
  --self.worker.no_buffer.value;
  return false;
}

/// Makes a copy of the packet, bytes and metadata, and calls `use(copy)`, which owns it. False,
/// counted in Worker::no_buffer, when there is no buffer.
PMILL_INLINE bool clone(auto &self, auto &packet, auto &&use) {
  // Out of line goes only what needs no packet: its address must not be taken, or it could not
  // stay in registers.
  const Buffer b = self.worker.copy(packet.headroom(), packet.data(), packet.length());
  if (b == nullptr) return false;
  auto &&made = adopt<typename SelfOf<decltype(self)>::Packet>(b);
  made.copy_metadata(packet);
  [[clang::always_inline]] use(made);
  return true;
}

}  // namespace pmill
