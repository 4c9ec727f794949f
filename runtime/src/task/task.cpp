#include "task/task_table.hpp"

#include <leaklab/spawn.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <set>
#include <string>

namespace leaklab
{

task_name task_name::intern(std::string_view text)
{
  static auto& mutex = *new std::mutex;
  static auto& names = *new std::set<std::string, std::less<>>;
  std::lock_guard const lock(mutex);
  auto known = names.find(text);
  if (known == names.end()) known = names.emplace(text).first;
  return {interned{}, known->c_str()};
}

std::string_view to_string(task_state state) noexcept
{
  static constexpr std::array<std::string_view, 3> names{"running", "ready", "waiting"};
  return names[static_cast<std::size_t>(state)];
}

void for_each_task(std::function<void(task_info const&)> const& visit)
{
  detail::task_table::instance().for_each(visit);
}

task_counts count_tasks()
{
  return detail::task_table::instance().counts();
}

std::vector<task_failure> task_failures()
{
  return detail::task_table::instance().failures();
}

bool detail::is_cancellation(std::exception_ptr const& failure) noexcept
{
  if (!failure) return false;
  try
  {
    std::rethrow_exception(failure);
  }
  catch (boost::system::system_error const& e)
  {
    return e.code() == boost::asio::error::operation_aborted ||
           e.code() == boost::asio::experimental::error::channel_cancelled;
  }
  catch (boost::asio::multiple_exceptions const&
             e)  // of a group, `a || b` say, with all its operations
  {
    return is_cancellation(e.first_exception());
  }
  catch (...)
  {
    return false;
  }
}

}  // namespace leaklab
