// The file that holds the token which an endpoint asks for.
#pragma once

#include <string>

namespace leaklab::http
{

/// The one word in the file: up to 4096 printable ASCII characters, with white space around it. A
/// pipe is read to its end, which waits for whoever writes into it. Warns on stderr when other users
/// can read the file. Throws std::runtime_error, which says what is wrong, for all else.
[[nodiscard]] std::string read_token(std::string const& path);

}  // namespace leaklab::http
