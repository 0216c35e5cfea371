// SPDX-License-Identifier: BSD-3-Clause
// A whole program: the instances of a configuration, as workers that run.hh can drive.
#pragma once

#include <memory>
#include <span>

#include <pmill/args.hh>
#include <pmill/counters.hh>
#include <pmill/instance.hh>
#include <pmill/setup.hh>

namespace pmill {

/// The instances of a configuration, in its order.
template <typename... D>
struct Instances {};

/// A worker of a static program: one object that holds the state of every element.
template <typename P, typename... D>
struct StaticWorker final : Worker, StateOf<D>... {
  using Packet = P;

  void wire() {}
  template <typename X>
  PMILL_INLINE auto self() {
    return Self<X, StaticWorker>(*this);
  }
  template <typename X>
  const StateType<typename X::Element> &state() const {
    if constexpr (X::Element::spec.shared)
      return Common<X>::state;
    else
      return static_cast<const StateOf<X> &>(*this).value;
  }
};

/// A worker of a virtual program: pointers to the heap objects that are its elements.
template <typename P, typename... D>
struct VirtualWorker final : Worker {
  using Packet = P;
  std::tuple<std::unique_ptr<Box<D, VirtualWorker>>...> boxes;

  void wire() {
    ((box<D>() = std::make_unique<Box<D, VirtualWorker>>(*this)), ...);
    (link(*box<D>(), static_cast<typename D::Outputs *>(nullptr)), ...);
  }
  template <typename X>
  auto &self() {
    return *box<X>();
  }
  template <typename X>
  const StateType<typename X::Element> &state() const {
    return std::get<std::unique_ptr<Box<X, VirtualWorker>>>(boxes)->state;
  }

 private:
  template <typename X>
  auto &box() {
    return std::get<std::unique_ptr<Box<X, VirtualWorker>>>(boxes);
  }
  template <typename B, typename... H>
  void link(B &from, Hops<H...> *) {
    std::size_t port = 0;
    (link_one<H>(from, port++), ...);
  }
  template <typename H>
  void link_one(auto &from, std::size_t port) {
    if constexpr (H::connected) from.links[port] = {box<typename H::Target>().get(), H::back};
  }
};

/// `Config` is generated: `name`, `Layout`, `virtual_calls`, `All` (the Instances).
template <typename Config, typename All = typename Config::All>
struct Program;

template <typename Config, typename... D>
struct Program<Config, Instances<D...>> {
  using Packet = pmill::Packet<typename Config::Layout>;
  using Worker = std::conditional_t<Config::virtual_calls, VirtualWorker<Packet, D...>,
                                    StaticWorker<Packet, D...>>;
  static constexpr std::string_view name = Config::name;
  static constexpr bool has_work = (D::Element::spec.source || ...);
  static constexpr std::span<const CounterInfo> counters = kCounters<Worker, D...>;

  /// Lets every element declare what it needs.
  static void configure(Setup &setup) { (configure_one<D>(setup), ...); }

  /// Makes the state of one worker; EAL runs.
  static std::unique_ptr<Worker> make() {
    (Common<D>::prepare(), ...);
    auto worker = std::make_unique<Worker>();
    worker->wire();
    return worker;
  }
  static void initialize(Worker &w) { (initialize_one<D>(w), ...); }
  static void finish(Worker &w) { (finish_one<D>(w), ...); }

  /// One round over the worker's sources; returns how many packets they made.
  PMILL_INLINE static unsigned poll(Worker &w) {
    unsigned source = 0;
    return (poll_one<D>(w, source) + ... + 0u);
  }
  PMILL_INLINE static void flush(Worker &w) { (flush_one<D>(w), ...); }

  /// Whether none of the worker's sources will ever make a packet again.
  static bool exhausted(Worker &w) {
    unsigned source = 0;
    return (exhausted_one<D>(w, source) && ...);
  }

 private:
  template <typename X>
  static void configure_one(Setup &setup) {
    if constexpr (!kFrozen<X>) Common<X>::args = X::parse_args();
    setup.element(X::name, Described<typename X::Element>::class_name);
    if constexpr (requires { X::Element::configure(Common<X>::args, setup); })
      X::Element::configure(Common<X>::args, setup);
  }
  /// Elements that all workers share are initialised and finished by the first alone.
  template <typename X>
  static bool concerns(const Worker &w) {
    return !X::Element::spec.shared || w.index == 0;
  }
  template <typename X>
  static void initialize_one(Worker &w) {
    auto &&self = w.template self<X>();
    if constexpr (requires { X::Element::initialize(self); })
      if (concerns<X>(w)) X::Element::initialize(self);
  }
  template <typename X>
  static void finish_one(Worker &w) {
    auto &&self = w.template self<X>();
    if constexpr (requires { X::Element::finish(self); })
      if (concerns<X>(w)) X::Element::finish(self);
  }
  /// A device is polled by every worker, on its own queue; any other source by one of them.
  template <typename X>
  static bool polls(const Worker &w, unsigned &source) {
    if constexpr (requires { X::Element::polled_by_every_worker; }) return true;
    return source++ % w.count == w.index;
  }
  template <typename X>
  PMILL_INLINE static unsigned poll_one(Worker &w, unsigned &source) {
    if constexpr (X::Element::spec.source) {
      if (!polls<X>(w, source)) return 0;
      auto &&self = w.template self<X>();
      return X::Element::poll(self);
    }
    return 0;
  }
  template <typename X>
  PMILL_INLINE static void flush_one(Worker &w) {
    auto &&self = w.template self<X>();
    if constexpr (requires { X::Element::flush(self); }) X::Element::flush(self);
  }
  template <typename X>
  static bool exhausted_one(Worker &w, unsigned &source) {
    if constexpr (X::Element::spec.source) {
      if (!polls<X>(w, source)) return true;
      auto &&self = w.template self<X>();
      if constexpr (requires { X::Element::exhausted(self); }) return X::Element::exhausted(self);
      return false;
    }
    return true;
  }
};

}  // namespace pmill
