// SPDX-License-Identifier: BSD-3-Clause
// Names of ICMP types and codes, as Click knows them; pmill/elaborate/lowerings/icmp.py has the
// same.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pmill::net {

/// The name of a type, or of a code of a type; empty when it has none.
std::string_view icmp_type_name(std::uint8_t type);
std::string_view icmp_code_name(std::uint8_t type, std::uint8_t code);
/// What a name stands for.
std::optional<std::uint8_t> find_icmp_type(std::string_view name);
std::optional<std::uint8_t> find_icmp_code(std::uint8_t type, std::string_view name);

}  // namespace pmill::net
