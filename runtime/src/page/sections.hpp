// The parts of the live page, each HTML.
#pragma once

#include "page/live_page.hpp"

#include <string>
#include <vector>

namespace leaklab::page
{

[[nodiscard]] std::string verdict_section(live_view const& view);
[[nodiscard]] std::string charts_section(live_view const& view);
[[nodiscard]] std::string places_section(live_view const& view);
[[nodiscard]] std::string commands_section(live_view const& view);

/// `function` and, below it, `file:line`.
[[nodiscard]] std::string place(std::string_view function, std::string_view file,
                                std::int64_t line);

/// A verdict's word, in its colour.
[[nodiscard]] std::string word(verdict found);

/// That word as the name of a class in the style sheet.
[[nodiscard]] std::string_view class_of(verdict found) noexcept;

}  // namespace leaklab::page
