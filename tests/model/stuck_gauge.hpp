// A gauge of a program one of whose locks is held for good.
#pragma once

#include <leaklab/gauge.hpp>

#include <atomic>

namespace leaklab::test
{

class stuck_gauge
{
 public:
  /// From now on, who reads it waits for release().
  void stick() { is_stuck_ = true; }
  void await_reader() const { is_waited_for_.wait(false); }
  void release()
  {
    is_stuck_ = false;
    is_stuck_.notify_all();
  }

 private:
  double read()
  {
    if (is_stuck_)
    {
      is_waited_for_ = true;
      is_waited_for_.notify_all();
      is_stuck_.wait(true);
    }
    return 7;
  }

  std::atomic<bool> is_stuck_ = false;
  std::atomic<bool> is_waited_for_ = false;
  gauge gauge_{"stuck", [this] { return read(); }};
};

/// Releases it before the thread is joined that reads it.
struct release_at_end
{
  stuck_gauge& stuck;
  ~release_at_end() { stuck.release(); }
};

}  // namespace leaklab::test
