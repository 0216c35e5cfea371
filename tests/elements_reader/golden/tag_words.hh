#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  struct Args {
    std::uint8_t a = 1;  ///< Low. @range 5 1
    std::uint8_t b = 1;  ///< Lonely. @range 5
    bool c = true;  ///< Other. @default bess false
    bool d = true;  ///< Named. @alias 1x
    bool e = true;  ///< Counted. @positional(2)
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
