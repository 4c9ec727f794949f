// A source line as JSON: the same in every answer.
#pragma once

#include "encode/utf8.hpp"
#include "symbols/location.hpp"

#include <boost/json/object.hpp>

namespace leaklab::encode
{

/// {"function", "file", "line"}. Names may be any bytes.
[[nodiscard]] inline boost::json::object line_json(symbols::source_line const& line)
{
  return {{"function", to_utf8(line.function)}, {"file", to_utf8(line.file)}, {"line", line.line}};
}

}  // namespace leaklab::encode
