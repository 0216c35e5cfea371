// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <pmill/element.hh>
#include <pmill/text.hh>

namespace pmill::elements {

/// Says something on standard error when the program starts.
///
/// A `MESSAGE` is a line of its own. A `WARNING` names the element. An `ERROR` names it and ends
/// the program before the first packet.
/// @group information
/// @example Message("this router drops what it does not know", WARNING);
struct Message {
  static constexpr Spec spec{.ports = "0/0"};

  enum class Type { message, warning, error };

  struct Args {
    String message;             ///< What to say.
    Type type = Type::message;  ///< `MESSAGE`, `WARNING` or `ERROR`. @positional
  };

  static void configure(const auto &args, auto &setup) {
    if (args.type == Type::error) setup.fail(args.message);
    TextLine line(stderr);
    if (args.type == Type::warning) line.text("warning: ").text(setup.name()).text(" :: Message: ");
    line.text(args.message);
  }
};

}  // namespace pmill::elements
