// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/args.hh>

#include "runtime.hh"

namespace pmill {

void bad_argument(std::string_view type, std::string_view text) {
  fail(
      "",
      "internal: " + runtime::quoted(text) + " is not the canonical text of a " + std::string(type),
      "this is a fault of pmill, not of the configuration; please report it");
}

}  // namespace pmill
