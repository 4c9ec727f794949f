#pragma once

#include <fmt/format.h>

#include <string>

namespace leaklab::encode
{

void vappend(std::string& text, fmt::string_view format, fmt::format_args args);

/// Appends what fmt::format would return. fmt::format_to compiles fmt's whole formatter again in
/// each file that calls it.
template <class... Args>
void append(std::string& text, fmt::format_string<Args...> format, Args const&... args)
{
  vappend(text, format, fmt::make_format_args(args...));
}

}  // namespace leaklab::encode
