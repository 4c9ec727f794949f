#include "encode/holders.hpp"

#include "encode/append.hpp"
#include "encode/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace leaklab::encode
{
namespace
{

using milliseconds = std::chrono::duration<double, std::milli>;

void append_object(std::string& text, model::held_object const& object)
{
  auto const half = object.holders.size() / 2;
  for (std::size_t i = 0; i != object.holders.size(); ++i)
  {
    auto const& each = object.holders[i];
    if (i != 0 && i == half && object.left_out != 0)
      append(text, "    ... {} more references\n", object.left_out);
    append(text, "    {}{} bytes", i == 0 ? "" : "<- ", each.bytes);
    if (i != 0) append(text, " at +{}", each.offset);
    if (!each.name.empty()) append(text, ", {}", each.name);
    text += '\n';
  }
  append(text, "    <- {}\n", object.root.empty() ? "nothing: lost" : object.root);
}

}  // namespace

std::string holders_as_text(model::holder_report const& report)
{
  auto text = fmt::format("threads stood still for {:.1f} ms, a mark took {:.0f} ms\n",
                          milliseconds(report.pause).count(), milliseconds(report.time).count());
  if (report.places.empty()) text += "\nno such place in the heap profile\n";
  for (auto const& place : report.places)
  {
    append(text, "\n{:.0f} bytes in {:.0f} objects: {}\n    {}:{}\n", place.bytes, place.count,
           place.line.function, place.line.file, place.line.line);
    for (std::size_t i = 0; i != place.objects.size(); ++i)
    {
      append(text, "  {} of the oldest\n", i + 1);
      append_object(text, place.objects[i]);
    }
  }
  return text;
}

std::string holders_as_json(model::holder_report const& report)
{
  namespace json = boost::json;
  json::array places;
  for (auto const& place : report.places)
  {
    json::array objects;
    for (auto const& object : place.objects)
    {
      json::array holders;
      for (auto const& each : object.holders)
        holders.push_back(
            {{"name", to_utf8(each.name)}, {"bytes", each.bytes}, {"offset", each.offset}});
      objects.push_back({{"holders", std::move(holders)},
                         {"left_out", object.left_out},
                         {"root", to_utf8(object.root)}});
    }
    places.push_back({{"function", to_utf8(place.line.function)},
                      {"file", to_utf8(place.line.file)},
                      {"line", place.line.line},
                      {"count", place.count},
                      {"bytes", place.bytes},
                      {"objects", std::move(objects)}});
  }
  return json::serialize(json::object{{"places", std::move(places)},
                                      {"pause_ms", milliseconds(report.pause).count()},
                                      {"mark_ms", milliseconds(report.time).count()}}) +
         "\n";
}

}  // namespace leaklab::encode
