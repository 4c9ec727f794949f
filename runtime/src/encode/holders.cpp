#include "encode/holders.hpp"

#include "encode/append.hpp"
#include "encode/line_json.hpp"
#include "encode/utf8.hpp"
#include "encode/words.hpp"
#include "symbols/function_name.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;
using milliseconds = std::chrono::duration<double, std::milli>;

std::string title(model::holder const& block)
{
  std::string text;
  if (!block.what.empty()) append(text, ", {}", block.what);
  if (!block.callback.empty()) append(text, ", in a std::function of {}", block.callback);
  if (auto const& line = block.allocated_by; line.line != 0)
    append(text, ", allocated by {} in {}:{}", symbols::without_parameters(line.function),
           line.file, line.line);
  return text;
}

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
    if (each.times != 1) append(text, ", {} times", each.times);
    if (i != 0)
      text += title(each);
    else if (!each.what.empty())
      append(text, ", {}", each.what);
    text += '\n';
  }
  append(text, "    <- {}", object.root.text);
  if (object.root.offset != 0) append(text, " at +{}", object.root.offset);
  text += '\n';
}

}  // namespace

json::object path_end_json(model::path_end const& end)
{
  json::object found{{"kind", end.kind},          {"text", to_utf8(end.text)},
                     {"name", to_utf8(end.name)}, {"offset", end.offset},
                     {"task", nullptr},           {"thread", nullptr}};
  if (end.task != 0) found["task"] = end.task;
  if (end.thread != 0) found["thread"] = end.thread;
  return found;
}

std::string holders_as_text(model::holder_report const& report)
{
  auto text = cost_of_mark(report.pause, report.time) + "\n";
  if (report.places.empty()) text += "\nno such place in the heap profile\n";
  for (auto const& place : report.places)
  {
    append(text, "\n{:.0f} bytes in {:.0f} objects: {}\n    {}:{}\n", place.bytes, place.count,
           place.line.function, place.line.file, place.line.line);
    for (std::size_t i = 0; i != place.objects.size(); ++i)
    {
      append(text, "  {} of {}, the oldest first\n", i + 1, place.objects.size());
      append_object(text, place.objects[i]);
    }
  }
  return text;
}

std::string holders_as_json(model::holder_report const& report)
{
  json::array places;
  for (auto const& place : report.places)
  {
    json::array objects;
    for (auto const& object : place.objects)
    {
      json::array holders;
      for (auto const& each : object.holders)
        holders.push_back({{"what", to_utf8(each.what)},
                           {"callback", to_utf8(each.callback)},
                           {"allocated_by", each.allocated_by.line == 0
                                                ? json::value(nullptr)
                                                : json::value(line_json(each.allocated_by))},
                           {"times", each.times},
                           {"bytes", each.bytes},
                           {"offset", each.offset}});
      objects.push_back({{"holders", std::move(holders)},
                         {"left_out", object.left_out},
                         {"root", path_end_json(object.root)}});
    }
    auto entry = line_json(place.line);
    entry["count"] = place.count;
    entry["bytes"] = place.bytes;
    entry["objects"] = std::move(objects);
    places.push_back(std::move(entry));
  }
  return json::serialize(json::object{{"places", std::move(places)},
                                      {"pause_ms", milliseconds(report.pause).count()},
                                      {"mark_ms", milliseconds(report.time).count()}}) +
         "\n";
}

}  // namespace leaklab::encode
