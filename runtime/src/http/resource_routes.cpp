#include "http/resource_routes.hpp"

#include "encode/resources.hpp"
#include "graph/awaited_objects.hpp"
#include "http/answers.hpp"
#include "http/two_marks.hpp"
#include "model/resources.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>

namespace leaklab::http
{
namespace
{

constexpr auto not_known_waits = "it is not known what tasks wait for";

}  // namespace

response resources(request const& ask, sources& from)
{
  if (auto refused = refuse_without_tcmalloc(not_known_waits)) return *refused;
  auto const format = ask.parameter("format");
  if (!format.empty() && format != "text" && format != "json")
    return response::error(400, "invalid value for \"format\" - must be text or json");
  bool const as_json = format == "json";
  auto const limit_text = ask.parameter("limit");
  auto const limit = limit_text.empty() ? std::optional<std::size_t>(as_json ? 1000 : 20)
                                        : parse_number<std::size_t>(limit_text);
  if (!limit) return response::error(400, "invalid value for \"limit\" - must be a whole number");
  if (ask.method == verb::head) return plain("");
  return answer_after_two_marks(
      graph::look_for_awaited_objects, from,
      [as_json, most = *limit, &from](graph::awaited_objects const& found)
      {
        if (!found.problem.empty())
          return response::error(503, fmt::format("{}: {}", not_known_waits, found.problem));
        auto const report =
            model::report_resources(from.symbols, from.watch.named_libraries(), found);
        return as_json
                   ? typed("application/json", encode::resources_as_json(report, from.places, most))
                   : plain(encode::resources_as_text(report, from.places, most));
      });
}

}  // namespace leaklab::http
