#include "encode/trace_events.hpp"

#include "encode/append.hpp"
#include "encode/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

std::string json_string(std::string_view text)
{
  return json::serialize(json::string(to_utf8(text)));
}

// Whole eighths of a microsecond, so that sums and differences are exact.
double microseconds(std::int64_t nanoseconds) noexcept
{
  return static_cast<double>(nanoseconds / 125) / 8;
}

// What readers keep of a tid is 31 bits.
task_id tid(task_id task) noexcept
{
  return task & 0x7fff'ffff;
}

class writer
{
 public:
  writer(model::task_timeline timeline, symbols::place_book& places)
      : timeline_(std::move(timeline)), places_(places), pid_(timeline_.process.id)
  {
  }

  std::string next()
  {
    auto const names = places_.reading();
    auto const arrows = 1 + timeline_.lives.size();
    // After the slices that they start and end in: readers keep the order of what is simultaneous.
    auto const end = arrows + timeline_.lives.size();
    for (; text_.size() < piece_size && step_ <= end; ++step_)
      if (step_ == 0)
        begin();
      else if (step_ < arrows)
        add_life_and_slices(timeline_.lives[step_ - 1]);
      else if (step_ < end)
        add_arrow(timeline_.lives[step_ - arrows]);
      else
        text_ += "\n]}\n";
    return std::exchange(text_, {});
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args const&... args)
  {
    if (!first_) text_ += ",\n";
    first_ = false;
    append(text_, format, args...);
  }

  void begin()
  {
    json::object data{
        {"duration_seconds", std::chrono::duration<double>(timeline_.duration).count()},
        {"tasks", timeline_.lives.size()},
        {"idle_tasks_not_shown", timeline_.idle_hidden}};
    if (timeline_.full)
      data["loss"] = fmt::format("the trace ends here, as its buffer was full after {:.3f} s",
                                 std::chrono::duration<double>(timeline_.duration).count());
    append(text_, "{{\"displayTimeUnit\":\"ms\",\"otherData\":{},\"traceEvents\":[\n",
           json::serialize(data));
    add(R"({{"ph":"M","pid":{},"tid":0,"name":"process_name","args":{{"name":{}}}}})", pid_,
        json_string(timeline_.process.name));
  }

  void add_life_and_slices(model::task_life const& life)
  {
    add_life(life);
    for (auto const& slice : life.slices)
      add_slice(life.id, slice);
  }

  void add_life(model::task_life const& life)
  {
    auto const name = json_string(life.name);
    add(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})", pid_,
        tid(life.id), name);
    add_complete(life.id, life.begin, life.end);
    append(text_, R"("cat":"task","name":{},"args":{{"task":{})", name, life.id);
    if (life.parent) append(text_, R"(,"parent":{})", life.parent);
    if (life.spawned_at) append(text_, R"(,"spawned":{})", place(life.spawned_at));
    append(text_, R"(,"began":"{}","ended":"{}"}}}})",
           life.spawned ? "in the trace" : "before the trace",
           life.outcome.empty() ? "not in the trace" : life.outcome);
  }

  void add_slice(task_id task, model::task_slice const& slice)
  {
    add_complete(task, slice.begin, slice.end);
    if (slice.operation)
      append(text_, R"("cat":"wait","name":{},"args":{}}})", json_string(slice.operation),
             place(slice.where));
    else
      append(text_, R"("cat":"run","name":"running"}})");
  }

  // All of a slice that has to do with time; what kind it is follows.
  void add_complete(task_id task, std::int64_t begin, std::int64_t end)
  {
    add(R"({{"ph":"X","pid":{},"tid":{},"ts":{:.3f},"dur":{:.3f},)", pid_, tid(task),
        microseconds(begin), microseconds(end) - microseconds(begin));
  }

  void add_arrow(model::task_life const& child)
  {
    if (!child.spawned || !child.parent) return;
    if (!std::ranges::binary_search(timeline_.lives, child.parent, {}, &model::task_life::id))
      return;
    for (auto const& [phase, task] :
         {std::pair(R"("s")", child.parent), std::pair(R"("f","bp":"e")", child.id)})
      add(R"({{"ph":{},"pid":{},"tid":{},"ts":{:.3f},"cat":"spawn","name":"spawn","id":{}}})",
          phase, pid_, tid(task), microseconds(child.begin), child.id);
  }

  // There are few places and many slices, so each is made once.
  std::string const& place(source_site const& site)
  {
    auto& known = known_places_[{site.file, site.line, site.function}];
    if (known.empty())
    {
      auto const& line = places_.at(site).lines.front();
      known =
          json::serialize(json::object{{"at", to_utf8(fmt::format("{}:{}", line.file, line.line))},
                                       {"function", to_utf8(line.function)}});
    }
    return known;
  }

  model::task_timeline timeline_;
  symbols::place_book& places_;
  int pid_;
  std::map<std::tuple<char const*, std::uint32_t, char const*>, std::string> known_places_;
  bool first_ = true;
  std::size_t step_ = 0;
  std::string text_;
};

}  // namespace

pieces encode_trace_events(model::task_timeline timeline, symbols::place_book& places)
{
  return [trace = std::make_shared<writer>(std::move(timeline), places)] { return trace->next(); };
}

}  // namespace leaklab::encode
