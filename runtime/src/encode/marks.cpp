#include "encode/marks.hpp"

#include "encode/utf8.hpp"

#include <boost/json.hpp>

std::string leaklab::encode::marks_as_json(std::vector<model::kept_mark> const& marks)
{
  boost::json::array all;
  for (auto const& each : marks)
    all.push_back(boost::json::object{
        {"text", to_utf8(each.text)},
        {"set_at", std::chrono::duration<double>(each.set_at.time_since_epoch()).count()}});
  return boost::json::serialize(all) + "\n";
}
