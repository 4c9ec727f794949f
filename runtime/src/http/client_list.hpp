// Who is connected, and who has to go when there is no room: nobody can keep others out by staying.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <utility>

namespace leaklab::http
{

/// For one thread.
class client_list
{
 public:
  using clock = std::chrono::steady_clock;

  /// A connection, which is receiving at first.
  class member
  {
   public:
    explicit member(client_list& all)
        : all_(all), place_(all.receiving_.insert(all.receiving_.end(), this))
    {
    }

    virtual ~member() { move_to(nullptr); }

    member(member const&) = delete;
    member& operator=(member const&) = delete;

    /// Ends the connection. It leaves the list at once and is destroyed later.
    virtual void cut() noexcept = 0;
    /// It is this one's turn.
    virtual void call() noexcept = 0;

   protected:
    /// The client has a request to send, or the rest of one.
    void is_receiving() noexcept { move_to(&all_.receiving_); }
    /// The client has sent its request, which waits for those before it.
    void is_waiting() noexcept { move_to(&all_.waiting_); }
    /// It is the client's turn, as there is none before it.
    void is_called() noexcept { move_to(&all_.called_); }
    /// The client awaits an answer that comes later.
    void is_answering() noexcept { move_to(&all_.answering_); }
    /// The client has just taken a piece of its answer, for which `bytes` are still in memory.
    void is_sending(std::size_t bytes) noexcept
    {
      move_to(&all_.sending_);
      all_.unsent_ += unsent_ = bytes;
      all_.most_unsent_ = std::max(all_.most_unsent_, all_.unsent_);
    }

   private:
    friend client_list;
    using place = std::list<member*>::iterator;

    void move_to(std::list<member*>* to) noexcept
    {
      all_.unsent_ -= unsent_;
      unsent_ = 0;
      if (!list_) return;  // was cut
      if (to)
        to->splice(to->end(), *list_, place_);
      else
        list_->erase(place_);
      list_ = to;
      since_ = clock::now();
    }

    client_list& all_;
    std::list<member*>* list_ = &all_.receiving_;
    place place_;
    std::size_t unsent_ = 0;
    clock::time_point since_ = clock::now();
  };

  [[nodiscard]] std::size_t size() const noexcept
  {
    return receiving_.size() + waiting_.size() + called_.size() + answering_.size() +
           sending_.size();
  }
  [[nodiscard]] std::size_t answering() const noexcept { return answering_.size(); }
  [[nodiscard]] std::size_t unsent_bytes() const noexcept { return unsent_; }

  /// Calls the one that has been waiting longest. False when there is none.
  bool call_next() noexcept
  {
    if (waiting_.empty()) return false;
    auto* const first = waiting_.front();
    first->is_called();
    first->call();
    return true;
  }

  /// The most that there has been since the last time when there was nothing. 0 unless there is
  /// nothing now.
  [[nodiscard]] std::size_t take_most_unsent() noexcept
  {
    return unsent_ == 0 ? std::exchange(most_unsent_, 0) : 0;
  }

  enum class room
  {
    made,
    soon,  ///< there are only clients who came or went on a moment ago
    none   ///< all await an answer that is being made
  };

  /// Cuts the one that has been receiving longest, or the one that took a piece of its answer longest
  /// ago, unless that is less than `grace` ago; when there is neither, the one that has been waiting
  /// shortest, as the others have got further.
  room make_room(clock::duration grace) noexcept
  {
    for (auto* const from : {&receiving_, &sending_})
      if (!from->empty() && from->front()->since_ + grace <= clock::now())
        return cut(*from->front());
    if (!waiting_.empty()) return cut(*waiting_.back());
    return receiving_.empty() && sending_.empty() ? room::none : room::soon;
  }

  /// Cuts the one that took a piece of its answer longest ago. False when there is none.
  bool cut_sender() noexcept { return !sending_.empty() && cut(*sending_.front()) == room::made; }

 private:
  static room cut(member& one) noexcept
  {
    one.move_to(nullptr);
    one.cut();
    return room::made;
  }

  std::list<member*> receiving_;
  std::list<member*> waiting_;
  std::list<member*> called_;  // one
  std::list<member*> answering_;
  std::list<member*> sending_;
  std::size_t unsent_ = 0;
  std::size_t most_unsent_ = 0;
};

}  // namespace leaklab::http
