#include "http/token_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace leaklab::http
{
namespace
{

constexpr std::size_t longest_token = 4096;

/// What is wrong with the content of a file; empty when nothing is.
std::string_view fault_of(std::string_view token)
{
  if (token.empty()) return "it is empty";
  if (token.starts_with("\xef\xbb\xbf")) return "it begins with a byte order mark";
  if (token.size() > longest_token) return "it is too long";
  if (token.find_first_of(" \t\r\n") != token.npos) return "there is more than one word in it";
  auto const is_printable = [](char c) { return c > ' ' && c <= '~'; };
  return std::ranges::all_of(token, is_printable) ? "" : "not all in it is printable ASCII";
}

void warn_if_others_can_read(std::string const& path)
{
  struct stat found
  {
  };
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return;
  if ((found.st_mode & (S_IROTH | S_IWOTH)) == 0) return;
  fmt::print(stderr,
             "leaklab: other users can read or write the token file {} (chmod 600 ends it)\n",
             path);
}

}  // namespace

std::string read_token(std::string const& path)
{
  std::ifstream file(path, std::ios::binary);
  std::string token(2 * longest_token, '\0');
  if (!file.is_open() || (!file.read(token.data(), std::ssize(token)) && !file.eof()))
    throw std::runtime_error(fmt::format("no token can be read from {}", path));
  token.resize(static_cast<std::size_t>(file.gcount()));
  auto const end = token.find_last_not_of(" \t\r\n");
  token.erase(std::min(end + 1, token.size()));
  token.erase(0, token.find_first_not_of(" \t\r\n"));
  if (auto const fault = fault_of(token); !fault.empty())
    throw std::runtime_error(
        fmt::format("no token can be read from {}: {}; one word of up to {} printable ASCII "
                    "characters is accepted",
                    path, fault, longest_token));
  warn_if_others_can_read(path);
  return token;
}

}  // namespace leaklab::http
