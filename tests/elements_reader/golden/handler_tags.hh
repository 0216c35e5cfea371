#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  struct State {
    Count a;  ///< @read @drop Two tags.
    Count b;  ///< @drop
    Count c;  ///< @read(1) Numbered.
    Count d;  ///< @drop() Empty.
    Count e;  ///< @write Unknown.
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
