#include "profile_text.hpp"

#include "append.hpp"
#include "escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace leaklab::encode
{
namespace
{

enum class frames
{
  named,
  bare,
  as_they_are  ///< for a reader that takes nothing off, as the names come with the addresses
};

/// Readers take each address for a return address and subtract 1, which the model has done already;
/// but google-pprof, which reads the bare ones, leaves the first as it is. (So pprof of Go subtracts
/// it from that one twice: the address still lies in the call, which takes two bytes or more.)
void append_addresses(std::string& text, model::profile const& profile,
                      std::vector<std::uint32_t> const& stack, frames how)
{
  for (std::size_t i = 0; i != stack.size(); ++i)
  {
    bool const is_exact = how == frames::as_they_are || (i == 0 && how == frames::bare);
    append(text, " {:#x}", profile.locations[stack[i]].address + (is_exact ? 0 : 1));
  }
  text += '\n';
}

void append_frames(std::string& text, model::profile const& profile,
                   std::vector<std::uint32_t> const& stack)
{
  for (std::uint32_t const index : stack)
  {
    auto const& [address, lines] = profile.locations[index];
    if (lines.empty()) append(text, "#\t{:#x}\n", address);
    for (auto const& line : lines)
    {
      append(text, "#\t{:#x}\t{}", address, line.function);
      if (!line.file.empty()) append(text, "\t{}:{}", line.file, line.line);
      text += '\n';
    }
  }
  text += '\n';
}

/// The heading and the records of a heap profile, largest first.
std::string heap_records(model::profile const& profile, frames how)
{
  // What is in use comes last, also when there is nothing else.
  auto const in_use = profile.sample_types.size() - 2;
  auto const record = [in_use](std::vector<std::int64_t> const& values)
  {
    return fmt::format("{}: {} [{}: {}] @", values[in_use], values[in_use + 1], values[0],
                       values[1]);
  };

  std::vector<model::sample const*> order;
  std::vector<std::int64_t> total(profile.sample_types.size());
  for (auto const& sample : profile.samples)
  {
    if (sample.stack.empty()) continue;
    order.push_back(&sample);
    for (std::size_t i = 0; i < total.size(); ++i)
      total[i] += sample.values[i];
  }
  std::stable_sort(order.begin(), order.end(),
                   [in_use](auto const* a, auto const* b)
                   { return a->values[in_use + 1] > b->values[in_use + 1]; });

  std::string text = "heap profile: " + record(total) +
                     (profile.name == "growth" ? " growth\n" : " heapprofile\n");
  for (model::sample const* const sample : order)
  {
    text += record(sample->values);
    append_addresses(text, profile, sample->stack, how);
    if (how == frames::named) append_frames(text, profile, sample->stack);
  }
  return text;
}

std::string labels_line(std::vector<model::label> const& labels)
{
  if (labels.empty()) return {};
  std::string text;
  for (auto const& label : labels)
  {
    std::string const value =
        label.text.empty() ? fmt::format("{}{}", label.number, label.unit) : escape(label.text);
    text += fmt::format("{}\"{}\":\"{}\"", text.empty() ? "" : ", ", escape(label.key), value);
  }
  return fmt::format("# labels: {{{}}}\n", text);
}

}  // namespace

std::string encode_count_text(model::profile const& profile)
{
  std::map<std::pair<std::vector<std::uint32_t>, std::string>, std::int64_t> groups;
  std::int64_t total = 0;
  for (auto const& sample : profile.samples)
  {
    if (sample.stack.empty()) continue;
    groups[{sample.stack, labels_line(sample.labels)}] += sample.values.front();
    total += sample.values.front();
  }
  using group = decltype(groups)::value_type;
  std::vector<group const*> order;
  for (auto const& found : groups)
    order.push_back(&found);
  std::stable_sort(order.begin(), order.end(),
                   [](group const* a, group const* b) { return a->second > b->second; });

  std::string text = fmt::format("{} profile: total {}\n", profile.name, total);
  for (group const* const found : order)
  {
    auto const& [stack, labels] = found->first;
    text += fmt::format("{} @", found->second);
    append_addresses(text, profile, stack, frames::named);
    text += labels;
    append_frames(text, profile, stack);
  }
  for (auto const& comment : profile.comments)
    append(text, "# {}\n", comment);
  return text;
}

std::string encode_heap_text(model::profile const& profile, heap_stats const& heap,
                             process_stats const& process)
{
  std::string text = heap_records(profile, frames::named);
  for (auto const& comment : profile.comments)
    append(text, "# {}\n", comment);
  auto const add = [&text](char const* name, auto value)
  { append(text, "# {} = {}\n", name, value); };
  text += "\n# leaklab::heap_stats\n";
  add("sampling_period_bytes", profile.period);
  add("tcmalloc", heap.tcmalloc);
  add("in_use_bytes", heap.in_use_bytes);
  add("heap_bytes", heap.heap_bytes);
  add("free_bytes", heap.free_bytes);
  add("unmapped_bytes", heap.unmapped_bytes);
  add("thread_cache_bytes", heap.thread_cache_bytes);
  add("central_cache_bytes", heap.central_cache_bytes);
  text += "# leaklab::process_stats\n";
  add("resident_bytes", process.resident_bytes);
  add("virtual_bytes", process.virtual_bytes);
  add("threads", process.threads);
  add("fds", process.fds.total);
  add("cpu_seconds", process.cpu_seconds);
  return text;
}

std::string encode_legacy_heap(model::profile const& profile, std::string_view maps)
{
  return heap_records(profile, frames::bare).append("\nMAPPED_LIBRARIES:\n").append(maps);
}

std::string encode_symbolised_heap(model::profile const& profile)
{
  std::string text = "--- symbol\n";
  if (!profile.mappings.empty()) append(text, "binary={}\n", profile.mappings.front().path);
  for (auto const& [address, lines] : profile.locations)
    if (!lines.empty()) append(text, "{:#x} {}\n", address, lines.front().function);
  return text.append("---\n").append(heap_records(profile, frames::as_they_are));
}

}  // namespace leaklab::encode
