#include <pmill/element.hh>

namespace pmill::elements {

/// Does nothing well.
/// @group test
struct Bad {
  static constexpr Spec spec{};

  enum class Kind { one, two };

  struct Args {
    bool a = 1;  ///< Bool.
    std::uint8_t b = 256;  ///< Byte.
    Kind c = Kind::three;  ///< Enum.
    String d = true;  ///< String.
  };

  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};

}  // namespace pmill::elements
