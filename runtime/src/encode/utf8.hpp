// JSON and Prometheus' format are UTF-8; what a task is called and what an exception says may be
// any bytes.
#pragma once

#include <string>
#include <string_view>

namespace leaklab::encode
{

/// `text`, with U+FFFD for each byte that is not part of well-formed UTF-8 (RFC 3629 section 4).
[[nodiscard]] std::string to_utf8(std::string_view text);

}  // namespace leaklab::encode
