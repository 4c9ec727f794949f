// Function names as people read them, made from what compilers and demanglers write. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace leaklab::model
{

/// A demangled symbol without the compiler's additions: clone suffixes, ABI tags, the return type of
/// templates, anonymous namespaces, defaulted allocators and the like. GCC calls a coroutine's body
/// `f(f(args)::_Z….Frame*) [clone .actor]` (gcc/cp/coroutines.cc, act_des_fn): that becomes `f(args)`.
/// Namespaces stay.
[[nodiscard]] std::string clean_demangled(std::string_view demangled);

}  // namespace leaklab::model
