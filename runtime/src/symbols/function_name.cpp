#include "symbols/function_name.hpp"

#include <leaklab/function_name.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace leaklab::symbols
{
namespace
{

using size = std::string_view::size_type;
constexpr size npos = std::string_view::npos;

bool is_identifier(char c)
{
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

/// The bracket that closes the one at `open`, npos when there is none. Sees the arrow of `a->b`,
/// not operators.
size closing(std::string_view text, size open)
{
  std::ptrdiff_t depth = 0;
  for (size i = open; i < text.size(); ++i)
  {
    switch (text[i])
    {
      case '(':
      case '<':
      case '[':
      case '{':
        ++depth;
        break;
      case '>':
        if (i > 0 && text[i - 1] == '-') break;
        [[fallthrough]];
      case ')':
      case ']':
      case '}':
        if (--depth == 0) return i;
        break;
      default:
        break;
    }
  }
  return npos;
}

/// Where parameters or template arguments that begin at `at` end, npos when none do. A lambda is a
/// name.
size behind_group(std::string_view text, size at)
{
  if (at == 0 || at >= text.size() || text[at - 1] == ':') return npos;
  if (text[at] != '(' && text[at] != '<') return npos;
  size const end = closing(text, at);
  return end == npos ? npos : end + 1;
}

bool begins_operator(std::string_view text, size at)
{
  static constexpr std::string_view word = "operator";
  size const end = at + word.size();
  return text.substr(at, word.size()) == word && (at == 0 || !is_identifier(text[at - 1])) &&
         (end == text.size() || !is_identifier(text[end]));
}

/// Replaces `from`, where no longer qualified name or identifier contains its beginning.
void replace_all(std::string& text, std::string_view from, std::string_view to)
{
  for (size at = text.find(from); at != npos; at = text.find(from, at))
  {
    bool const within = at > 0 && is_identifier(from.front()) &&
                        (is_identifier(text[at - 1]) || text[at - 1] == ':');
    if (within)
    {
      at += from.size();
      continue;
    }
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

/// Removes each bracketed group that begins with `opening`, such as " [with ", up to its closing
/// bracket.
void remove_groups(std::string& text, std::string_view opening)
{
  for (size at = text.find(opening); at != npos; at = text.find(opening, at))
  {
    size const end = closing(text, text.find('[', at));
    text.erase(at, end == npos ? npos : end + 1 - at);
  }
}

/// Removes the trailing template arguments that nearly always have their default value.
void remove_default_arguments(std::string& text)
{
  static constexpr std::array defaults{", std::allocator<", ", std::char_traits<",
                                       ", std::less<",      ", std::hash<",
                                       ", std::equal_to<",  ", std::default_delete<"};
  for (bool changed = true; changed;)
  {
    changed = false;
    for (std::string_view const argument : defaults)
    {
      for (size at = text.find(argument); at != npos; at = text.find(argument, at + 1))
      {
        size const end = closing(text, at + argument.size() - 1);
        if (end == npos) continue;
        size const next = text.find_first_not_of(' ', end + 1);
        if (next == npos || text[next] != '>') continue;
        text.erase(at, next - at);
        changed = true;
      }
    }
  }
}

/// `ns::f(int)` of `std::pair<int, int> ns::f(int)`: all that follows the last space before the
/// parameters.
std::string_view without_return_type(std::string_view text)
{
  size name = 0;
  for (size i = 0; i < text.size(); ++i)
  {
    std::string_view const before = text.substr(0, i);
    if (begins_operator(text, i)) break;
    if (text[i] == ' ') name = i + 1;
    bool const is_type_expression = before.ends_with("decltype") || before.ends_with("decltype ");
    if (text[i] == '(' && !is_type_expression)
    {
      if (i == 0 || text[i - 1] != ' ') break;
      // A function that returns a pointer to function: int (* f(int))(char).
      size const end = closing(text, i);
      return end == npos ? text : without_return_type(text.substr(i + 1, end - i - 1));
    }
    if (text[i] == '(' || text[i] == '<' || text[i] == '{' || text[i] == '[')
    {
      i = closing(text, i);
      if (i == npos) break;
    }
  }
  return text.substr(name);
}

/// The part of a qualified name before its last top-level "::".
std::string_view scope_of(std::string_view name)
{
  size end = 0;
  for (size i = 0; i < name.size(); ++i)
  {
    if (begins_operator(name, i)) break;
    if (name.substr(i).starts_with("::")) end = i;
    if (name[i] != '(' && name[i] != '<' && name[i] != '{') continue;
    i = closing(name, i);
    if (i == npos) break;
  }
  return name.substr(0, end);
}

/// `main::<lambda(int)>` of `main::{lambda(int)#6}::operator()`, which is how GCC spells it in a
/// std::source_location.
std::optional<std::string> lambda_of(std::string_view name)
{
  static constexpr std::string_view begin = "{lambda(";
  static constexpr std::string_view end = "}::operator()";
  if (!name.ends_with(end)) return std::nullopt;
  auto const open = name.rfind(begin);
  auto const number = name.rfind('#');
  if (open == npos || number == npos || number < open) return std::nullopt;
  std::string text(name.substr(0, open));
  return text.append("<").append(name.substr(open + 1, number - open - 1)).append(">");
}

/// The function whose body `text` is, when its one parameter is a coroutine frame; else `text`.
/// Inside, GCC names a function of a namespace without its namespaces and a lambda without its
/// operator().
std::string without_frame(std::string_view text)
{
  static constexpr std::string_view frame = ".Frame*)";
  size const mangled = text.rfind("::_Z");
  if (!text.ends_with(frame) || mangled == npos) return std::string(without_return_type(text));
  size open = text.size() - 1;
  for (int depth = 1; depth > 0 && open > 0;)
  {
    --open;
    depth += text[open] == ')' ? 1 : text[open] == '(' ? -1 : 0;
  }
  if (open >= mangled) return std::string(text);
  if (auto lambda = lambda_of(without_return_type(text.substr(0, open)))) return *std::move(lambda);
  std::string_view const function = text.substr(open + 1, mangled - open - 1);
  std::string const scope(scope_of(without_return_type(text.substr(0, open))));
  return scope.empty() || function.starts_with(scope) ? std::string(function)
                                                      : scope + "::" + std::string(function);
}

/// Takes the next of a list of template arguments.
std::string_view take_argument(std::string_view& list)
{
  list.remove_prefix(std::min(list.find_first_not_of(", "), list.size()));
  size end = 0;
  for (; end < list.size() && list[end] != ',' && list[end] != '>'; ++end)
    if (list[end] == '<' || list[end] == '(' || list[end] == '{')
      end = std::min(closing(list, end), list.size() - 1);
  auto const argument = list.substr(0, end);
  list.remove_prefix(end);
  return argument;
}

bool is_of_a_library(std::string_view name)
{
  return name.starts_with("std::") || name.starts_with("boost::") ||
         name.starts_with("boost_asio_") || name.starts_with("__gnu_cxx::");
}

}  // namespace

std::string scope_and_name(std::string_view mangled)
{
  std::string name;
  auto rest = mangled;
  for (std::string_view const prefix : {"_Z", "N", "K"})
    if (rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
  while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest.front())))
  {
    size length = 0;
    auto const* const digits_end =
        std::from_chars(rest.data(), rest.data() + rest.size(), length).ptr;
    rest.remove_prefix(static_cast<size>(digits_end - rest.data()));
    auto const part = rest.substr(0, length);
    rest.remove_prefix(part.size());
    if (part.starts_with("_GLOBAL__N_")) continue;
    name.append(name.empty() ? "" : "::").append(part);
  }
  return name.empty() || !mangled.starts_with("_Z") ? std::string(mangled) : name;
}

bool names_function(std::string_view wanted, std::string_view function)
{
  size at = 0;
  for (char const c : wanted)
  {
    while (at != npos && function.substr(at, 1) != std::string_view(&c, 1))
      at = behind_group(function, at);
    if (at == npos) return false;
    ++at;
  }
  while (at < function.size() && function[at] != ' ')
    at = behind_group(function, at);
  return at != npos;
}

std::string shorten_library_name(std::string name)
{
  constexpr size bearable = 80;
  if (name.size() <= bearable || !is_of_a_library(name)) return name;
  std::string text;
  for (size i = 0; i < name.size(); ++i)
  {
    if (begins_operator(name, i))
    {
      size end = i + std::string_view("operator").size();
      if (name.compare(end, 2, "()") == 0)
        end += 2;
      else
        end = std::min(name.find_first_not_of("<>=!+-*/%^&|~,[]", end), name.size());
      text.append(name, i, end - i);
      if (end == name.size()) break;
      i = end;
    }
    if (name[i] != '<' && name[i] != '(')
    {
      text += name[i];
      continue;
    }
    size const end = closing(name, i);
    if (end == npos) return name;
    bool const is_empty = end == i + 1;
    text.append(1, name[i]).append(is_empty ? "" : "...").append(1, name[end]);
    i = end;
  }
  return text;
}

std::string block_type_name(std::string type)
{
  struct counted
  {
    std::string_view begin;
    std::string_view name;
  };
  // libstdc++'s bits/shared_ptr_base.h, Boost's smart_ptr/detail/sp_counted_impl.hpp. Of counts that
  // lie apart the first argument is a pointer.
  for (auto const& [begin, name] : {
           counted{"std::_Sp_counted_ptr_inplace<", "std::make_shared"},
           counted{"std::_Sp_counted_ptr<", "counts of std::shared_ptr"},
           counted{"std::_Sp_counted_deleter<", "counts of std::shared_ptr"},
           counted{"boost::detail::sp_counted_impl_pd<", "boost::make_shared"},
           counted{"boost::detail::sp_counted_impl_p<", "counts of boost::shared_ptr"},
       })
  {
    if (!type.starts_with(begin)) continue;
    auto arguments = std::string_view(type).substr(begin.size());
    auto shared = take_argument(arguments);
    if (shared.ends_with('*')) shared.remove_suffix(1);
    return fmt::format("{}<{}>", name, shorten_library_name(std::string(shared)));
  }
  return shorten_library_name(std::move(type));
}

std::string callable_of_invoker(std::string_view demangled)
{
  // libstdc++'s bits/std_function.h: of the type of the call and that of what is called.
  constexpr std::string_view begin = "std::_Function_handler<";
  if (!demangled.starts_with(begin) || demangled.find(">::_M_invoke(") == npos) return {};
  auto arguments = demangled.substr(begin.size());
  (void)take_argument(arguments);
  auto const callable = take_argument(arguments);
  auto const lambda = callable.rfind("::{lambda(");
  if (lambda == npos || !callable.ends_with('}'))
  {
    bool const is_function = callable.find("(*)") != npos;
    return is_function ? std::string(callable) : shorten_library_name(clean_demangled(callable));
  }
  auto const within = clean_demangled(callable.substr(0, lambda));
  return std::string(without_parameters(within)) + "::<lambda>";
}

std::string_view without_parameters(std::string_view function)
{
  for (size i = 0; i < function.size(); ++i)
  {
    if (begins_operator(function, i))
    {
      i += std::string_view("operator").size();
      i = function.substr(i).starts_with("()") ? i + 2 : function.find('(', i);
    }
    else if (function[i] == '<')
      i = closing(function, i);
    if (i >= function.size()) break;
    if (function[i] == '(' && i != 0) return function.substr(0, i);
  }
  return function;
}

std::string clean_demangled(std::string_view demangled)
{
  std::string text(demangled.substr(0, demangled.find(" [clone ")));
  remove_groups(text, " [with ");
  remove_groups(text, "[abi:");
  for (auto const* anonymous : {"{anonymous}::", "(anonymous namespace)::", "<unnamed>::"})
    replace_all(text, anonymous, "");
  text = without_frame(text);
  replace_all(text, "std::__cxx11::", "std::");
  remove_default_arguments(text);
  while (text.find("> >") != npos)
    replace_all(text, "> >", ">>");
  replace_all(text, "std::basic_string<char>", "std::string");
  replace_all(text, "std::basic_string_view<char>", "std::string_view");
  return text;
}

}  // namespace leaklab::symbols

std::string leaklab::clean_function_name(std::string_view raw)
{
  std::string text = symbols::clean_demangled(raw);
  symbols::replace_all(text, "boost::asio::", "");
  symbols::replace_all(text, "leaklab::", "");
  return text;
}
