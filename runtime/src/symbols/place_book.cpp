#include "symbols/place_book.hpp"

#include "symbols/function_name.hpp"

#include <leaklab/function_name.hpp>

#include <algorithm>
#include <string_view>

namespace leaklab::symbols
{
namespace
{

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t hash(std::uint64_t seed, std::string_view bytes) noexcept
{
  for (auto const c : bytes)
    seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return seed;
}

// What no reader wrote: Asio's coroutines and those of leaklab::tasks.
bool is_plumbing(std::string_view function) noexcept
{
  return function.starts_with("boost::asio::") || function.starts_with("leaklab::detail::") ||
         function.starts_with("leaklab::scope::");
}

// Without the last pair of `open` and `close` and what follows it.
std::string_view without_last(std::string_view text, char open, char close) noexcept
{
  auto at = text.rfind(close);
  if (at == text.npos) return text;
  for (int depth = 1; depth != 0 && at-- != 0;)
    depth += text[at] == close ? 1 : text[at] == open ? -1 : 0;
  return text.substr(0, at);
}

// "app::produce(int)" and "produce(channel<int>&)" name the same function in one file: the compiler
// spells parameters and namespaces in different ways.
std::string_view base_name(std::string_view function) noexcept
{
  function = without_last(function, '(', ')');
  if (function.ends_with('>')) function = without_last(function, '<', '>');
  return function.substr(function.rfind(':') + 1);
}

// Both are places as at() and at_code() know them. A sanitizer may hide a function's line.
bool in_one_coroutine(location const& site, location const& coroutine)
{
  auto const& a = site.lines.front();
  auto const& b = coroutine.lines.front();
  return (a.file == b.file || b.file.empty()) && base_name(a.function) == base_name(b.function);
}

bool is_end_of(std::string_view path, std::string_view whole) noexcept
{
  return whole.ends_with(path) &&
         (whole.size() == path.size() || whole[whole.size() - path.size() - 1] == '/');
}

}  // namespace

std::string const& place_book::spelling_of(std::string_view file)
{
  if (file.empty() || file.starts_with('/')) return *files_.emplace(file).first;
  auto end = file;
  while (end.starts_with("../") || end.starts_with("./"))
    end.remove_prefix(end.find('/') + 1);
  auto const known = std::ranges::find_if(
      files_, [&](auto const& whole) { return whole.starts_with('/') && is_end_of(end, whole); });
  return known != files_.end() ? *known : *files_.emplace(file).first;
}

location const& place_book::at(source_site const& site)
{
  auto const& file = spelling_of(site.file);
  auto address = hash(hash(0xcbf29ce484222325, file), site.function);
  // Even, so that the address that a reader makes of it by taking 1 off or adding 1 is no other
  // place's.
  address = ((address ^ (std::uint64_t{site.line} * 0x9e3779b97f4a7c15)) & ~std::uint64_t{1}) |
            std::uint64_t{1} << 63;
  auto& known = sites_[address];
  if (known.address == 0)
    known = {address,
             {{site ? clean_function_name(site.function) : site.function, "", file, site.line, 0}}};
  return known;
}

place_book::coroutine const& place_book::at_code(void const* resume_function)
{
  auto& known = coroutines_[resume_function];
  if (known.place.address != 0) return known;
  known.place.address = reinterpret_cast<std::uintptr_t>(resume_function);
  auto line = symbols_.lines(known.place.address).back();
  known.hidden = is_plumbing(line.function);
  line.file = spelling_of(line.file);
  line.function = clean_function_name(line.function);
  line.linkage_name.clear();  // so that no client makes a name of its own
  if (line.start_line != 0) line.line = line.start_line;
  known.place.lines = {std::move(line)};
  return known;
}

std::vector<location const*> place_book::chain(task_info const& task)
{
  std::vector<location const*> places;
  auto const depth = std::min(task.frame_count, task_info::max_frames);
  for (std::size_t i = 0; i != depth; ++i)
  {
    auto const& code = at_code(task.frames[i]);
    auto const site = source_site::from(task.awaits_at[i]);
    if (!code.hidden) places.push_back(site ? &at(site) : &code.place);
  }
  if (!task.waits_at) return places;
  // The innermost coroutine is the one that the wait's co_await stands in.
  auto const& wait = at(task.waits_at);
  if (!places.empty() && in_one_coroutine(wait, *places.front()))
    places.front() = &wait;
  else
    places.insert(places.begin(), &wait);
  return places;
}

location const* place_book::find(std::uint64_t address) const
{
  auto const known = sites_.find(address);
  return known == sites_.end() ? nullptr : &known->second;
}

}  // namespace leaklab::symbols
