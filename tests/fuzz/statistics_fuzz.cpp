// The encoders of figures and of task lists, fed with random ones: JSON must parse, metrics keep
// their grammar.
#include "byte_source.hpp"
#include "encode/statistics.hpp"
#include "encode/task_list.hpp"
#include "encode/utf8.hpp"
#include "symbols/place_book.hpp"
#include "symbols/symboliser.hpp"

#include <leaklab/detail/task_record.hpp>

#include <boost/json.hpp>

#include <array>
#include <exception>
#include <list>
#include <stdexcept>
#include <vector>

using namespace leaklab;
using leaklab::fuzz::require;

namespace
{

model::statistics random_statistics(fuzz::byte_source& from, std::list<std::string>& names)
{
  model::statistics all;
  all.process.fds = {from.number<std::uint32_t>(), from.number<std::uint32_t>()};
  all.process.resident_bytes = from.number<std::uint64_t>();
  all.process.cpu_seconds = static_cast<double>(from.number<std::int32_t>()) / 7;
  all.heap.in_use_bytes = from.number<std::uint64_t>();
  all.tasks = {from.number<std::uint64_t>(), from.number<std::uint64_t>(),
               from.number<std::uint64_t>(), from.number<std::uint64_t>()};
  for (std::size_t i = from.index(4); i > 0; --i)
  {
    auto const& name = names.emplace_back(from.text());
    auto const& place = names.emplace_back(encode::to_utf8(from.text()));  // the compiler's
    all.failures.push_back(
        {name.c_str(), {place.c_str(), from.number(), place.c_str()}, from.number(), from.text()});
  }
  for (std::size_t i = from.index(4); i > 0; --i)
    all.gauges.push_back({from.text(), static_cast<double>(from.number<std::int32_t>()) / 7, 5});
  return all;
}

// "name{label="value",…} number": escapes are closed, and so are the quotes.
void check_sample_line(std::string_view line)
{
  bool quoted = false;
  std::size_t at = 0;
  for (; at < line.size() && (quoted || line[at] != ' '); ++at)
    if (line[at] == '"')
      quoted = !quoted;
    else if (quoted && line[at] == '\\')
      require(++at < line.size() &&
              std::string_view("\\\"n").find(line[at]) != std::string_view::npos);
  require(!quoted && at + 1 < line.size() && line.find(' ', at + 1) == std::string_view::npos);
}

void check_metrics(std::string_view text)
{
  require(text.ends_with('\n') && encode::to_utf8(text) == text);
  while (!text.empty())
  {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    if (!line.starts_with('#')) check_sample_line(line);
  }
}

void check_task_lists(fuzz::byte_source& from, std::list<std::string>& names)
{
  std::vector<detail::task_handle> tasks;
  for (std::size_t i = from.index(6); i > 0; --i)
    tasks.push_back(detail::begin_task(names.emplace_back(from.text()).c_str(),
                                       std::source_location::current()));
  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  model::task_filter filter;
  filter.limit = from.index(8);
  auto const listed =
      boost::json::parse(encode::whole(encode::tasks_as_json(model::list_tasks(filter), places)))
          .as_object();
  require(listed.at("total").to_number<std::size_t>() == tasks.size());
  require(listed.at("shown").to_number<std::size_t>() == std::min(tasks.size(), filter.limit));
  require(encode::whole(encode::tasks_as_text(model::list_tasks(filter), places)).empty() ==
          tasks.empty());
  for (auto const task : tasks)
    detail::finish_task(task, nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
  fuzz::byte_source from({reinterpret_cast<char const*>(data), size});
  std::list<std::string> names;  // the model keeps pointers
  auto const all = random_statistics(from, names);
  (void)boost::json::parse(encode::statistics_as_json(all));
  check_metrics(encode::statistics_as_metrics(all));
  check_task_lists(from, names);
  return 0;
}
