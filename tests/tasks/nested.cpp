#include "nested.hpp"

namespace nested
{
namespace
{

leaklab::awaitable<void> innermost(leaklab::channel<int>& results)
{
  co_await results.async_send({}, 1);
}

}  // namespace

int const send_line = __LINE__ - 5;

leaklab::awaitable<void> outer(leaklab::channel<int>& results)
{
  co_await innermost(results);
}

}  // namespace nested
