#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  struct State {
    std::uint64_t drops = 0;  ///< @drop Not a Count.
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
