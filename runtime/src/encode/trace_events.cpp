#include "encode/trace_events.hpp"

#include "encode/append.hpp"
#include "encode/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <limits>
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

struct eighths
{
  std::int64_t value;  // of a microsecond
};

eighths rounded(std::int64_t nanoseconds) noexcept
{
  return {nanoseconds / 125};
}

}  // namespace
}  // namespace leaklab::encode

template <>
struct fmt::formatter<leaklab::encode::eighths> : fmt::formatter<std::string_view>
{
  auto format(leaklab::encode::eighths time, format_context& context) const
  {
    auto const text = fmt::format("{}.{:03}", time.value / 8, time.value % 8 * 125);
    return formatter<std::string_view>::format(text, context);
  }
};

namespace leaklab::encode
{
namespace
{

class writer
{
 public:
  writer(model::task_timeline timeline, symbols::place_book& places)
      : timeline_(std::move(timeline)), places_(places), pid_(timeline_.process.id)
  {
    auto const& lives = timeline_.lives;
    ids_fit_ = lives.empty() || lives.back().id <= std::numeric_limits<std::int32_t>::max();
  }

  std::string next()
  {
    auto const names = places_.reading();
    auto const slices = 1 + timeline_.lives.size();
    // After the slices that they start and end in: readers keep the order of what is simultaneous.
    auto const arrows = slices + timeline_.slices.size();
    auto const end = arrows + timeline_.lives.size();
    for (; text_.size() < piece_size && step_ <= end; ++step_)
      if (step_ == 0)
        begin();
      else if (step_ < slices)
        add_life(timeline_.lives[step_ - 1]);
      else if (step_ < arrows)
        add_slice(timeline_.slices[step_ - slices]);
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

  // The index is that of a life.
  std::uint64_t tid(std::size_t index) const noexcept
  {
    return ids_fit_ ? timeline_.lives[index].id : index + 1;
  }
  std::uint64_t tid(model::task_life const& life) const noexcept
  {
    return tid(static_cast<std::size_t>(&life - timeline_.lives.data()));
  }

  void add_life(model::task_life const& life)
  {
    auto const name = json_string(life.name);
    add(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})", pid_,
        tid(life), name);
    auto const begin = rounded(life.begin);
    add(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"task","name":{},"args":{{"task":{})",
        pid_, tid(life), begin, eighths{rounded(life.end).value - begin.value}, name, life.id);
    if (life.parent) append(text_, R"(,"parent":{})", life.parent);
    if (life.spawned_at) append(text_, R"(,"spawned":{})", place(life.spawned_at));
    append(text_, R"(,"began":"{}","ended":"{}"}}}})",
           life.spawned ? "in the trace" : "before the trace",
           life.outcome.empty() ? "not in the trace" : life.outcome);
  }

  void add_slice(model::task_slice const& slice)
  {
    auto const begin = rounded(slice.begin);
    eighths const length{rounded(slice.end).value - begin.value};
    if (slice.operation)
      add(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"wait","name":{},"args":{}}})",
          pid_, tid(slice.life), begin, length, json_string(slice.operation), place(slice.where));
    else
      add(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"run","name":"running"}})", pid_,
          tid(slice.life), begin, length);
  }

  void add_arrow(model::task_life const& child)
  {
    if (!child.spawned || !child.parent) return;
    auto const& lives = timeline_.lives;
    auto const parent = std::ranges::lower_bound(lives, child.parent, {}, &model::task_life::id);
    if (parent == lives.end() || parent->id != child.parent) return;
    auto const at = rounded(child.begin);
    add(R"({{"ph":"s","pid":{},"tid":{},"ts":{},"cat":"spawn","name":"spawn","id":{}}})", pid_,
        tid(*parent), at, child.id);
    add(R"({{"ph":"f","bp":"e","pid":{},"tid":{},"ts":{},"cat":"spawn","name":"spawn","id":{}}})",
        pid_, tid(child), at, child.id);
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
  bool ids_fit_ = true;
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
