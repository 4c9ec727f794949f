// What a task waits for, in words, out of the type of the operation's initiation function object.
//
// Asio and Beast name these types after the operation (`basic_channel<…>::initiate_async_send`,
// `basic_stream<…>::ops::run_read_op`), and the compiler spells a type out in __PRETTY_FUNCTION__.
// Adapters such as as_tuple wrap the type in a template of their own. An operation that the table does
// not know is called by its own name: `async_handshake` is "handshake".
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace leaklab::detail
{

/// `owner::action`, without namespaces and template arguments.
struct initiation_spelling
{
  std::string_view owner;
  std::string_view action;
};

constexpr bool is_identifier(char c) noexcept
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The last name in `text`, which may end with template arguments.
constexpr std::string_view last_name(std::string_view text) noexcept
{
  for (int depth = 0; !text.empty() && (depth > 0 || !is_identifier(text.back()));
       text.remove_suffix(1))
    depth += text.back() == '>' ? 1 : text.back() == '<' ? -1 : 0;
  auto begin = text.size();
  while (begin > 0 && is_identifier(text[begin - 1]))
    --begin;
  return text.substr(begin);
}

/// Looks for the action that stands in the fewest brackets: others belong to what it is done with.
constexpr initiation_spelling find_initiation(std::string_view spelling) noexcept
{
  initiation_spelling found;
  int least = 1000;
  int depth = 0;
  for (std::size_t i = 0; i != spelling.size(); ++i)
  {
    auto const rest = spelling.substr(i);
    if (rest.front() == '<' || rest.front() == '(') ++depth;
    if (rest.front() == '>' || rest.front() == ')') --depth;
    bool const begins_name = i == 0 || !is_identifier(spelling[i - 1]);
    if (!begins_name || depth >= least) continue;
    if (!rest.starts_with("initiate_") && !rest.starts_with("run_")) continue;
    least = depth;
    std::size_t end = 0;
    while (end != rest.size() && is_identifier(rest[end]))
      ++end;
    found.action = rest.substr(0, end);
    auto const qualifier = spelling.substr(0, i);
    found.owner = qualifier.ends_with("::") ? last_name(qualifier.substr(0, qualifier.size() - 2))
                                            : std::string_view();
  }
  return found;
}

struct operation_word
{
  std::string_view owner;  // part of it; empty fits all
  std::string_view action;
  std::string_view name;
};

inline constexpr std::string_view parallel_group_name = "parallel group";

// The first row that fits.
inline constexpr std::array operation_words{
    operation_word{"channel", "send", "channel send"},
    operation_word{"channel", "receive", "channel receive"},
    operation_word{"timer", "wait", "timer"},
    operation_word{"signal_set", "wait", "signal"},
    operation_word{"parallel_group", "wait", parallel_group_name},
    operation_word{"", "accept", "accept"},
    operation_word{"", "resolve", "resolve"},
    operation_word{"", "connect", "connect"},
    operation_word{"datagram", "receive", "receive"},
    operation_word{"datagram", "send", "send"},
    operation_word{"", "receive", "read"},
    operation_word{"", "send", "write"},
    operation_word{"", "read", "read"},
    operation_word{"", "write", "write"},
    operation_word{"", "initiate_co_spawn", "co_spawn"},
    operation_word{"", "initiate_composed", "composed operation"},
    operation_word{"", "initiate_post", "post"},
    operation_word{"", "initiate_dispatch", "dispatch"},
    operation_word{"", "initiate_defer", "defer"},
};

/// `spelling` is that of the initiation's type.
constexpr std::string_view name_of_operation(std::string_view spelling) noexcept
{
  auto const found = find_initiation(spelling);
  for (auto const& word : operation_words)
    if (found.owner.find(word.owner) != found.owner.npos &&
        found.action.find(word.action) != found.action.npos)
      return word.name;
  for (std::string_view const prefix : {"initiate_async_", "initiate_", "run_"})
    if (found.action.starts_with(prefix)) return found.action.substr(prefix.size());
  return "operation";
}

template <class Initiation>
constexpr auto spelling_of_type() noexcept
{
  // "…[with Initiation = T]" or "…[Initiation = T]"
  std::string_view const pretty = __PRETTY_FUNCTION__;
  auto const begin = pretty.rfind("Initiation = ") + std::string_view("Initiation = ").size();
  return pretty.substr(begin, pretty.rfind(']') - begin);
}

template <class Initiation>
struct operation_name_storage
{
  static constexpr auto view = name_of_operation(spelling_of_type<Initiation>());
  static constexpr auto text = []
  {
    std::array<char, view.size() + 1> copy{};
    for (std::size_t i = 0; i != view.size(); ++i)
      copy[i] = view[i];
    return copy;
  }();
};

template <class... Types>
constexpr char const* first_operation_name() noexcept
{
  char const* name = "operation";
  (void)((operation_name_storage<Types>::view != "operation" &&
          (name = operation_name_storage<Types>::text.data(), true)) ||
         ...);
  return name;
}

/// Null-terminated, static. An adapter may pass the initiation that it wraps on as an argument.
template <class Initiation, class... Args>
inline constexpr char const* operation_name = first_operation_name<Initiation, Args...>();

}  // namespace leaklab::detail
