// SPDX-License-Identifier: BSD-3-Clause
// An argument that names another element of the configuration.
#pragma once

#include <pmill/attributes.hh>

namespace pmill {

class Worker;
template <typename Config>
struct Program;

/// Another element, of class `E`, or none. The generated program knows which instance was named:
/// the argument holds how to find its State, and is a constant where arguments are embedded.
///
///     ElementRef<ARPTable> table = {};  ///< The table to use; without it, one of its own.
///     …
///     if (self.args.table) self.args.table.state(self.worker).table.clear();
///
/// A State that all workers share is used under a lock of its own.
template <typename E>
class ElementRef {
 public:
  using State = typename E::State;

  constexpr ElementRef() = default;
  /// The instance `D` of the program of `Config`. Called by the generated program.
  template <typename D, typename Config>
  static constexpr ElementRef to() {
    return ElementRef(&find<D, Config>);
  }

  constexpr explicit operator bool() const { return find_ != nullptr; }
  constexpr bool operator==(const ElementRef &) const = default;

  /// The State of the element: this worker's, or everybody's when its spec says shared.
  PMILL_INLINE State &state(Worker &worker) const { return find_(worker); }

 private:
  using Find = State &(*)(Worker &);
  explicit constexpr ElementRef(Find find) : find_(find) {}

  /// Instantiated where the program ends, when everything it needs is known.
  template <typename D, typename Config>
  static State &find(Worker &worker) {
    return static_cast<typename Program<Config>::Worker &>(worker).template state<D>();
  }

  Find find_ = nullptr;
};

}  // namespace pmill
