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

  W &worker;
  Packet *given = nullptr;  // to whoever pulls just now
  bool was_pulled = false;  // or tried to
  unsigned credit = 0;      // tickets towards its next turn

  explicit Place(W &w) : worker(w) {}
};

// What else than an instance a packet may be pushed to. So a way out is always a pointer to an
// object, and what is rare costs nothing where packets usually go.

/// Behind an output that is not connected.
template <typename W>
struct Nowhere final : Node<typename W::Packet> {
  W &worker;
  explicit Nowhere(W &w) : worker(w) {}
  void push(typename W::Packet &packet) override { worker.release(packet.buffer()); }
  typename W::Packet *pull() override { return nullptr; }
};

/// Behind an output that is pulled from: keeps the packet for whoever pulls.
template <typename W>
struct Waiting final : Node<typename W::Packet> {
  Place<W> &place;
  explicit Waiting(Place<W> &p) : place(p) {}
  void push(typename W::Packet &packet) override {
    place.given = &packet.template park<meta::all>();
  }
  typename W::Packet *pull() override { return nullptr; }
};

/// Where a cycle of the graph begins anew.
template <typename W>
struct Again final : Node<typename W::Packet> {
  W &worker;
  Node<typename W::Packet> &first;
  Again(W &w, Node<typename W::Packet> &f) : worker(w), first(f) {}
  void push(typename W::Packet &packet) override {
    guarded(worker, packet, [&] { first.push(packet); });
  }
  typename W::Packet *pull() override { return nullptr; }
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
  static constexpr bool holds = kInstanceHolds<D>;
  static constexpr bool follows = kInstanceFollows<D>;
  static constexpr bool straight = kInstanceStraight<D>;
  static constexpr int foreseen = kInstanceForeseen<D>;
  static constexpr FieldSet live = D::live;
  static constexpr std::size_t output_count = D::Outputs::count;
  static constexpr std::size_t input_count = kPulledInputs<D>;
  using Place<W>::worker, Place<W>::given;

  static constexpr const Args &args = Common<D>::args;
  /// The arguments, to be changed by a handler.
  static Args &changeable() { return Common<D>::args; }
  State own{};
  State &state = Element::spec.shared ? Common<D>::locked.state : own;
  std::array<Node<Packet> *, std::max<std::size_t>(1, output_count)> next{};    // never null
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
    if constexpr (Port < output_count)
      next[Port]->push(packet);
    else
      worker.release(packet.buffer());
  }
  /// Out of line, or rare ways would end where the usual one does, and what they need of registers
  /// would be saved on that, too.
  template <std::size_t Port>
  [[gnu::noinline]] void to_rarely(Packet &packet) {
    to<Port>(packet);
  }
  bool to(std::size_t port, Packet &packet) {
    if (port >= output_count) return false;
    next[port]->push(packet);
    return true;
  }
  bool connected(std::size_t port) const { return D::Outputs::leads_on(port); }
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

  /// The same out of line: where packets are dropped is not where they usually go.
  [[gnu::noinline]] void release(Buffer b) { Worker::release(b); }

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
      own(from.next[port] = new Waiting<VirtualWorker>(from));
    else if constexpr (!H::connected)
      from.next[port] = &nowhere_;
    else if constexpr (H::back)
      own(from.next[port] = new Again<VirtualWorker>(*this, *input<H>()));
    else
      from.next[port] = input<H>();
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

  Nowhere<VirtualWorker> nowhere_{*this};
  Node<Packet> *kept_ = nullptr;
};

}  // namespace pmill
