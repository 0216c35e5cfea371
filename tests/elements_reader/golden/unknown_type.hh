#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  struct Args {
    uint8_t a = 1;  ///< Wrong name.
    Routes routes;  ///< No lowering.
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
