#include "encode/task_list.hpp"

#include "encode/append.hpp"
#include "encode/line_json.hpp"
#include "encode/utf8.hpp"
#include "encode/words.hpp"
#include "symbols/task_blocks.hpp"

#include <boost/json.hpp>

#include <memory>
#include <utility>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

json::object task_json(task_info const& task, symbols::place_book& places)
{
  json::array frames;
  for (auto const* const place : places.chain(task))
    frames.push_back(line_json(place->lines.front()));
  json::object entry{{"id", task.id},
                     {"parent", task.parent},
                     {"name", to_utf8(task.name)},
                     {"state", to_string(task.state)},
                     {"operation", nullptr},
                     {"waiting_seconds", nullptr},
                     {"frame_bytes", task.frame_bytes},
                     {"frames", std::move(frames)},
                     {"spawned_at", line_json(places.at(task.spawned_at).lines.front())}};
  if (*task.operation)
  {
    entry["operation"] = task.operation;
    entry["waiting_seconds"] = seconds(task.waiting_for);
  }
  if (task.branches.empty()) return entry;
  json::array branches;
  for (auto const& branch : task.branches)
    branches.push_back(
        {{"operation", branch.operation},
         {"waiting_seconds", seconds(branch.waiting_for)},
         {"at",
          branch.at ? json::value(line_json(places.at(branch.at).lines.front())) : json::value()}});
  entry["branches"] = std::move(branches);
  return entry;
}

/// Goes through a list, and writes a piece with each call.
class listing
{
 public:
  listing(model::task_list list, symbols::place_book& places)
      : list_(std::make_shared<model::task_list const>(std::move(list))), places_(&places)
  {
  }

 protected:
  template <class Write>
  void write(std::string& text, Write const& write_task)
  {
    auto const names = places_->reading();
    for (; text.size() < piece_size && next_ != list_->size(); ++next_)
      write_task((*list_)[next_]);
  }

  /// True once, after the last task.
  bool ends() noexcept { return next_ == list_->size() && !std::exchange(has_ended_, true); }

  std::shared_ptr<model::task_list const> list_;
  symbols::place_book* places_;
  std::size_t next_ = 0;

 private:
  bool has_ended_ = false;
};

struct text_listing : listing
{
  using listing::listing;

  std::string operator()()
  {
    std::string text;
    write(text, [&](task_info const& task) { text += symbols::task_blocks({task}, *places_); });
    if (auto const hidden = list_->matching - list_->size(); ends() && hidden != 0)
      append(text, "... {} more tasks; limit={} shows them all\n", hidden, list_->matching);
    return text;
  }
};

struct json_listing : listing
{
  using listing::listing;

  std::string operator()()
  {
    std::string text;
    if (next_ == 0 && !std::exchange(has_begun_, true))
      append(text, R"({{"total":{},"matching":{},"shown":{},"tasks":[)", list_->total,
             list_->matching, list_->size());
    write(text,
          [&](task_info const& task)
          {
            if (next_ != 0) text += ',';
            text += json::serialize(task_json(task, *places_));
          });
    if (ends()) text += "]}\n";
    return text;
  }

 private:
  bool has_begun_ = false;
};

}  // namespace

pieces tasks_as_text(model::task_list list, symbols::place_book& places)
{
  return text_listing(std::move(list), places);
}

pieces tasks_as_json(model::task_list list, symbols::place_book& places)
{
  return json_listing(std::move(list), places);
}

}  // namespace leaklab::encode
