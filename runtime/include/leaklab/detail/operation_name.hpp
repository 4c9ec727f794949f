// What a task waits for, in words, out of the type of the operation's initiation function object.
//
// Asio names these types after the operation (`basic_channel<…>::initiate_async_send`), and the
// compiler spells a type out in __PRETTY_FUNCTION__. An operation that the table does not know is
// called by its own name: `async_handshake` is "handshake".
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace leaklab::detail
{

struct operation_word
{
  std::string_view owner;  // part of the type's spelling; empty fits all
  std::string_view action;
  std::string_view name;
};

// The first row that fits.
inline constexpr std::array operation_words{
    operation_word{"channel", "initiate_async_send", "channel send"},
    operation_word{"channel", "initiate_async_receive", "channel receive"},
    operation_word{"basic_waitable_timer", "initiate_async_wait", "timer"},
    operation_word{"acceptor", "accept", "accept"},
    operation_word{"resolver", "initiate_async_resolve", "resolve"},
    operation_word{"", "connect", "connect"},
    operation_word{"", "initiate_async_receive", "read"},
    operation_word{"", "initiate_async_send", "write"},
    operation_word{"", "initiate_async_read", "read"},
    operation_word{"", "initiate_async_write", "write"},
    operation_word{"", "run_read", "read"},
    operation_word{"", "run_write", "write"},
    operation_word{"", "initiate_post", "post"},
    operation_word{"", "initiate_dispatch", "dispatch"},
    operation_word{"", "initiate_defer", "defer"},
};

/// `spelling` is that of the initiation's type.
constexpr std::string_view name_of_operation(std::string_view spelling) noexcept
{
  for (auto const& word : operation_words)
    if (spelling.find(word.owner) != spelling.npos && spelling.find(word.action) != spelling.npos)
      return word.name;

  constexpr std::string_view prefix = "initiate_async_";
  auto const at = spelling.rfind(prefix);
  if (at == spelling.npos) return "operation";
  spelling.remove_prefix(at + prefix.size());
  return spelling.substr(0, spelling.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"));
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

/// Null-terminated, static.
template <class Initiation>
inline constexpr char const* operation_name = operation_name_storage<Initiation>::text.data();

}  // namespace leaklab::detail
