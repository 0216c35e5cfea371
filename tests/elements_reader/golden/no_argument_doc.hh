#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  struct Args {
    bool a = true;
    bool b = true;  // Two slashes.
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
