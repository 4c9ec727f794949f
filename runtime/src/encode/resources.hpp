// What tasks wait for, for people and for programs.
#pragma once

#include "model/resources.hpp"
#include "symbols/place_book.hpp"

#include <cstddef>
#include <string>

namespace leaklab::encode
{

/// First the cycles, then a paragraph for all resources that are alike, those with the most tasks first.
[[nodiscard]] std::string resources_as_text(model::resource_report const& report,
                                            symbols::place_book& places, std::size_t limit);

/// At most `limit` resources, each by itself.
[[nodiscard]] std::string resources_as_json(model::resource_report const& report,
                                            symbols::place_book& places, std::size_t limit);

}  // namespace leaklab::encode
