#include "append.hpp"

namespace leaklab::encode
{

void vappend(std::string& text, fmt::string_view format, fmt::format_args args)
{
  text += fmt::vformat(format, args);
}

}  // namespace leaklab::encode
