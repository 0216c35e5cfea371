// SPDX-License-Identifier: BSD-3-Clause
// Virtual instances: heap objects that call each other through tables of pointers. This is what -O0
// makes, the baseline of everything else.
#pragma once

#include <algorithm>
#include <pmill/pull.hh>

namespace pmill {

/// The base of all heap objects, which their worker keeps in a list.
template <typename P>
struct Node {
  virtual ~Node() = default;
  virtual void push(P &packet) = 0;
  virtual P *pull() = 0;
  Node *next_kept = nullptr;
};

/// What heap objects that are instances have in common, whatever their class.
template <typename W>
struct Place : Node<typename W::Packet> {
  using Packet = typename W::Packet;
  struct Link {
    Node<Packet> *node = nullptr;
    bool back = false;
    bool pulled = false;
  };

  W &worker;
  Packet *given = nullptr;  // to whoever pulls just now
  bool was_pulled = false;  // or tried to
  unsigned credit = 0;      // tickets towards its next turn

  explicit Place(W &w) : worker(w) {}

 protected:
  /// Any way out but to who is pushed to, and not in a cycle: to whoever pulls, or nowhere.
  [[gnu::noinline]] void leave(const Link &link, Packet &packet) {
    if (link.pulled)
      given = &packet.template park<meta::all>();
    else if (link.node == nullptr)
      worker.release(packet.buffer());
    else
      guarded(worker, packet, [&] { link.node->push(packet); });
  }
};

/// A hop of a program whose elements are not known to each other; `Link` fills the table.
template <typename D, std::size_t Port = 0>
struct Virtual : Hop {
  using Target = D;
  static constexpr std::size_t port = Port;
  static constexpr bool back = false;
};
template <typename D, std::size_t Port>
struct Back<Virtual<D, Port>> : Hop {
  using Target = D;
  static constexpr std::size_t port = Port;
  static constexpr bool back = true;
};

/// What stands for another input than the first of an element that is told inputs, so that no call
/// need say which it is.
template <std::size_t Port, typename B>
struct OtherInput final : Node<typename B::Packet> {
  B &box;
  explicit OtherInput(B &b) : box(b) {}
  void push(typename B::Packet &packet) override {
    push_into<typename B::Element, Port>(box, packet);
  }
  typename B::Packet *pull() override { return nullptr; }
};

/// A virtual instance: the heap object is `self`.
template <typename D, typename W>
struct Box final : Place<W>, SharedPart<D> {
  using Instance = D;
  using Element = typename D::Element;
  using Packet = typename W::Packet;
  using Args = typename D::Args;
  using State = StateType<Element>;
  static constexpr std::string_view name = D::name;
  static constexpr bool frozen = kFrozen<D>;
  static constexpr FieldSet live = D::live;
  static constexpr std::size_t output_count = D::Outputs::count;
  static constexpr std::size_t input_count = kPulledInputs<D>;
  using typename Place<W>::Link;
  using Place<W>::worker, Place<W>::given;

  static constexpr const Args &args = Common<D>::args;
  /// The arguments, to be changed by a handler.
  static Args &changeable() { return Common<D>::args; }
  State own{};
  State &state = Element::spec.shared ? Common<D>::locked.state : own;
  std::array<Link, std::max<std::size_t>(1, output_count)> links{};
  std::size_t outputs = D::Outputs::count;
  std::array<Node<Packet> *, std::max<std::size_t>(1, input_count)> sources{};  // where it pulls

  using Place<W>::Place;

  void push(Packet &packet) override {
    if constexpr (kTellsInputs<Element, Box> || requires { Element::push(*this, packet); })
      push_into<Element, 0>(*this, packet);
  }
  Packet *pull() override {
    if constexpr (kPulled<D>) {
      const auto give = [this](Packet &packet) { given = &packet; };
      if constexpr (requires { Element::pull(*this, give); })
        Element::pull(*this, give);
      else if (from<0>([this](Packet &packet) { push(packet); }) && given == nullptr)
        ++worker.diverted;
      if constexpr (Element::spec.source)
        this->was_pulled = true, worker.pulled += given != nullptr;
    }
    return std::exchange(given, nullptr);
  }
  template <std::size_t Port>
  bool from(auto &&use) {
    return from(Port, use);
  }
  bool from(std::size_t port, auto &&use) {
    if (port >= input_count || sources[port] == nullptr) return false;
    Packet *const packet = sources[port]->pull();
    if (packet == nullptr) return false;
    use(*packet);
    return true;
  }
  template <std::size_t Port>
  void to(Packet &packet) {
    to(Port, packet) || (worker.release(packet.buffer()), true);
  }
  template <std::size_t Port>
  void to_rarely(Packet &packet) {
    to<Port>(packet);
  }
  bool to(std::size_t port, Packet &packet) {
    if (port >= outputs) return false;
    const Link &link = links[port];
    if (link.node != nullptr && !link.back) [[likely]]
      link.node->push(packet);
    else
      this->leave(link, packet);
    return true;
  }
  bool connected(std::size_t port) const {
    return port < outputs && (links[port].pulled || links[port].node != nullptr);
  }
  Box &rarely() { return *this; }
  SharedGuard<D> lock() { return SharedGuard<D>(worker); }
};

/// A worker of a virtual program: pointers to the heap objects that are its elements.
template <typename Config>
struct alignas(kApart) VirtualWorker final : Worker {
  using Packet = pmill::Packet<typename Config::Layout>;
  template <typename D>
  struct BoxOf {
    Box<D, VirtualWorker> *value = nullptr;
  };
  template <typename D>
  using SelfAs = Box<D, VirtualWorker>;
  typename Config::template Parts<BoxOf> boxes;

  ~VirtualWorker() {
    while (kept_ != nullptr) delete std::exchange(kept_, kept_->next_kept);
  }

  void wire() {
    Config::each([this]<typename D>(Tag<D>) __attribute__((always_inline)) {
      own(box<D>() = new Box<D, VirtualWorker>(*this));
    });
    Config::each([this]<typename D>(Tag<D>) {
      link(*box<D>(), static_cast<typename D::Outputs *>(nullptr));
      if constexpr (kPulls<D>) link(*box<D>(), static_cast<typename D::Inputs *>(nullptr));
    });
  }
  template <typename D>
  auto &self() {
    return *box<D>();
  }
  template <typename D>
  bool was_pulled() const {
    return static_cast<const BoxOf<D> &>(boxes).value->was_pulled;
  }
  template <typename D>
  unsigned &credit() {
    return static_cast<BoxOf<D> &>(boxes).value->credit;
  }
  template <typename D>
  StateType<typename D::Element> &state() {
    return static_cast<BoxOf<D> &>(boxes).value->state;
  }

 private:
  /// Keeps an object as long as the worker. One list for objects of all kinds: a pointer that owns
  /// costs more to compile, for every kind of its own, than the object.
  void own(Node<Packet> *node) { node->next_kept = std::exchange(kept_, node); }
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
    if constexpr (requires { requires H::pulled; })
      from.links[port].pulled = true;
    else if constexpr (H::connected)
      from.links[port] = {input<H>(), H::back};
  }
  /// Where packets go that are pushed to what a hop names.
  template <typename H>
  Node<Packet> *input() {
    using Target = Box<typename H::Target, VirtualWorker>;
    Target &target = *box<typename H::Target>();
    if constexpr (H::port != 0 && kTellsInputs<typename Target::Element, Target>) {
      auto *const other = new OtherInput<H::port, Target>(target);
      own(other);
      return other;
    } else {
      return &target;
    }
  }
  template <typename B, typename... H>
  void link(B &to, Sources<H...> *) {
    std::size_t port = 0;
    (link_source<H>(to, port++), ...);
  }
  template <typename H>
  void link_source(auto &to, std::size_t port) {
    if constexpr (requires { typename H::Target; }) to.sources[port] = box<typename H::Target>();
  }

  Node<Packet> *kept_ = nullptr;
};

}  // namespace pmill
