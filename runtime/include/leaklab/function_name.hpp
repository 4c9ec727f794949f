// Function names as people read them.
#pragma once

#include <string>
#include <string_view>

namespace leaklab
{

/// `produce(channel<int>&)` out of what std::source_location::function_name() gives inside a
/// coroutine: without the return type, the compiler's frame parameter, anonymous namespaces and the
/// namespaces leaklab and boost::asio.
[[nodiscard]] std::string clean_function_name(std::string_view raw);

}  // namespace leaklab
