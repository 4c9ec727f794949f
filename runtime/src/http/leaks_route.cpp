#include "http/leaks_route.hpp"

#include "encode/leaks.hpp"
#include "graph/unreachable.hpp"
#include "http/answers.hpp"
#include "http/two_marks.hpp"
#include "model/prove.hpp"

namespace leaklab::http
{

response leaks(request const& ask, sources& from)
{
  auto const format = ask.parameter("format");
  if (!format.empty() && format != "text" && format != "json")
    return response::error(400, "invalid value for \"format\" - must be text or json");
  auto const prove = ask.parameter("prove");
  if (!prove.empty() && prove != "0" && prove != "1")
    return response::error(400, "invalid value for \"prove\" - must be 0 or 1");

  auto const encoded = [is_json = format == "json"](model::leak_report const& report)
  {
    return is_json ? typed("application/json", encode::leaks_as_json(report))
                   : plain(encode::leaks_as_text(report));
  };
  if (prove != "1" || ask.method == verb::head) return encoded(from.watch.report(from.symbols));
  return answer_after_two_marks(graph::look_for_unreachable, from,
                                [encoded, &from](graph::unreachable const& found)
                                {
                                  auto report = from.watch.report(from.symbols);
                                  model::prove(report, found, from.symbols,
                                               from.watch.named_libraries());
                                  return encoded(report);
                                });
}

}  // namespace leaklab::http
