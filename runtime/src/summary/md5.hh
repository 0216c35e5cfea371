// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace pmill {

/// Writes the MD5 digest of bytes, 16 bytes (RFC 1321).
void md5(std::string_view bytes, char *digest);

}  // namespace pmill
