// SPDX-License-Identifier: BSD-3-Clause
// A whole program: the instances of a configuration, as workers that run.hh can drive.
//
// `Config` is generated. It has `name`, `Layout`, `virtual_calls`, `each(use)`, which calls
// `use(Tag<instance>{})` for every instance in order, and `Parts<Part>`, which derives from
// `Part<instance>` for each. Nothing here takes all instances as template arguments: symbols would
// grow with the configuration, and compiling with them.
#pragma once

#include <memory>
#include <pmill/args.hh>
#include <pmill/counters.hh>
#include <pmill/instance.hh>
#include <pmill/setup.hh>
#include <span>

namespace pmill {

/// A worker of a static program: one object that holds the state of every element.
template <typename Config>
struct StaticWorker final : Worker, Config::template Parts<StateOf> {
  using Packet = pmill::Packet<typename Config::Layout>;

  void wire() {}
  template <typename D>
  PMILL_INLINE auto self() {
    return Self<D, StaticWorker>(*this);
  }
  template <typename D>
  const StateType<typename D::Element> &state() const {
    if constexpr (D::Element::spec.shared)
      return Common<D>::state;
    else
      return static_cast<const StateOf<D> &>(*this).value;
  }
};

/// A worker of a virtual program: pointers to the heap objects that are its elements.
template <typename Config>
struct VirtualWorker final : Worker {
  using Packet = pmill::Packet<typename Config::Layout>;
  template <typename D>
  struct BoxOf {
    std::unique_ptr<Box<D, VirtualWorker>> value;
  };
  typename Config::template Parts<BoxOf> boxes;

  void wire() {
    Config::each([this]<typename D>(Tag<D>) {
      box<D>() = std::make_unique<Box<D, VirtualWorker>>(*this);
    });
    Config::each([this]<typename D>(Tag<D>) {
      link(*box<D>(), static_cast<typename D::Outputs *>(nullptr));
    });
  }
  template <typename D>
  auto &self() {
    return *box<D>();
  }
  template <typename D>
  const StateType<typename D::Element> &state() const {
    return static_cast<const BoxOf<D> &>(boxes).value->state;
  }

 private:
  template <typename D>
  auto &box() {
    return static_cast<BoxOf<D> &>(boxes).value;
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

template <typename Config>
struct Program {
  using Worker =
      std::conditional_t<Config::virtual_calls, VirtualWorker<Config>, StaticWorker<Config>>;
  static constexpr std::string_view name = Config::name;
  static constexpr bool has_work = [] {
    bool any = false;
    Config::each([&]<typename D>(Tag<D>) { any = any || D::Element::spec.source; });
    return any;
  }();
  static constexpr std::span<const CounterInfo> counters = kCounters<Config, Worker>;

  /// Lets every element declare what it needs.
  [[gnu::cold]] static void configure(Setup &setup) {
    Config::each([&]<typename D>(Tag<D>) __attribute__((minsize)) {
      if constexpr (!kFrozen<D>) Common<D>::args = D::parse_args();
      setup.element(D::name, Described<typename D::Element>::class_name);
      if constexpr (requires { D::Element::configure(Common<D>::args, setup); })
        D::Element::configure(Common<D>::args, setup);
    });
  }

  /// Makes the state of one worker; EAL runs.
  static std::unique_ptr<Worker> make() {
    Config::each([]<typename D>(Tag<D>) { Common<D>::prepare(); });
    auto worker = std::make_unique<Worker>();
    worker->wire();
    return worker;
  }

  /// Elements that all workers share are initialised and finished by the first alone.
  static void initialize(Worker &w) {
    Config::each([&]<typename D>(Tag<D>) {
      auto &&self = w.template self<D>();
      if constexpr (requires { D::Element::initialize(self); })
        if (!D::Element::spec.shared || w.index == 0) D::Element::initialize(self);
    });
  }
  static void finish(Worker &w) {
    Config::each([&]<typename D>(Tag<D>) {
      auto &&self = w.template self<D>();
      if constexpr (requires { D::Element::finish(self); })
        if (!D::Element::spec.shared || w.index == 0) D::Element::finish(self);
    });
  }

  /// One round over the worker's sources; returns how many packets they made.
  PMILL_INLINE static unsigned poll(Worker &w) {
    unsigned packets = 0;
    unsigned source = 0;
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline)) {
      if constexpr (D::Element::spec.source) {
        if (!polls<D>(w, source)) return;
        auto &&self = w.template self<D>();
        packets += D::Element::poll(self);
      }
    });
    return packets;
  }
  PMILL_INLINE static void flush(Worker &w) {
    Config::each([&]<typename D>(Tag<D>) __attribute__((always_inline)) {
      auto &&self = w.template self<D>();
      if constexpr (requires { D::Element::flush(self); }) D::Element::flush(self);
    });
  }

  /// Whether none of the worker's sources will ever make a packet again.
  static bool exhausted(Worker &w) {
    bool all = true;
    unsigned source = 0;
    Config::each([&]<typename D>(Tag<D>) {
      if constexpr (D::Element::spec.source) {
        if (!polls<D>(w, source)) return;
        auto &&self = w.template self<D>();
        if constexpr (requires { D::Element::exhausted(self); })
          all = all && D::Element::exhausted(self);
        else
          all = false;
      }
    });
    return all;
  }

 private:
  /// A device is polled by every worker, on its own queue; any other source by one of them.
  template <typename D>
  PMILL_INLINE static bool polls(const Worker &w, unsigned &source) {
    if constexpr (requires { D::Element::polled_by_every_worker; }) return true;
    return source++ % w.count == w.index;
  }
};

}  // namespace pmill
