// The scopes that are cancelled only as the program ends (scope::cancelled::at_exit). That they could
// cancel a task is no reason to expect that it goes on.
#pragma once

#include <boost/asio/cancellation_signal.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace leaklab::detail
{

/// One signal for each task that lives in a scope.
using scope_children = std::list<boost::asio::cancellation_signal>;

/// Any thread.
class exit_scopes
{
 public:
  [[nodiscard]] static exit_scopes& instance() noexcept;

  /// Throws std::bad_alloc.
  void add(std::shared_ptr<scope_children> const& children);
  /// Of those that live. A list is its scope's to read, or a fork's of this process.
  [[nodiscard]] std::vector<std::weak_ptr<scope_children>> all();

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<scope_children>> known_;
};

}  // namespace leaklab::detail
