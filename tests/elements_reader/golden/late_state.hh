#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }

  struct State {
    Count drops;  ///< @drop Never read.
  };
};

}  // namespace pmill::elements
