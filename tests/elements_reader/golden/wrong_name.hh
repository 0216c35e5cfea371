#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Good {
  static constexpr Spec spec{};

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
