// Function names as people read them, made from what compilers and demanglers write. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

namespace leaklab::symbols
{

/// A demangled symbol without the compiler's additions: clone suffixes, ABI tags, the return type
/// of templates, anonymous namespaces, defaulted allocators and the like. GCC calls a coroutine's
/// body `f(f(args)::_Z….Frame*) [clone .actor]` (gcc/cp/coroutines.cc, act_des_fn): that becomes
/// `f(args)`. Namespaces stay.
[[nodiscard]] std::string clean_demangled(std::string_view demangled);

/// What can be read of a mangled name that the demangler does not take, such as GCC 12's of a coroutine
/// with a lambda among its template arguments: `boost::asio::detail::co_spawn_entry_point`. `mangled`
/// where that is nothing (Itanium C++ ABI, 5.1.2 to 5.1.4).
[[nodiscard]] std::string scope_and_name(std::string_view mangled);

/// A long name of the standard library or of Boost without what fills its brackets,
/// `std::function<...>::operator()(...) const`: in a stack its neighbours tell the rest. All other
/// names, and short ones, stay as they are.
[[nodiscard]] std::string shorten_library_name(std::string name);

/// A cleaned name of a class, for a block that is an object of it. Where that is what a
/// std::shared_ptr counts its owners in, it is called by what it is shared: `std::make_shared<upload>`,
/// or `counts of std::shared_ptr<upload>` where the object lies elsewhere. So with Boost's. Other
/// names are shortened.
[[nodiscard]] std::string block_type_name(std::string type);

/// What a std::function calls by the function of this demangled name, `handle::<lambda>`; empty when it
/// is no such function.
[[nodiscard]] std::string callable_of_invoker(std::string_view demangled);

/// `ns::f` of `ns::f(int) const`, and of what is within it.
[[nodiscard]] std::string_view without_parameters(std::string_view function);

/// Whether `wanted` is the name of `function`, or that without its parameters, its qualifiers or
/// some template arguments: "ns::f" names "ns::f<int>(char) const", not "ns::f(char)::<lambda()>".
[[nodiscard]] bool names_function(std::string_view wanted, std::string_view function);

}  // namespace leaklab::symbols
