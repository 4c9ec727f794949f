// Who is connected, and who has to go when there is no room: nobody can keep others out by staying.
#pragma once

#include <cstddef>
#include <list>

namespace leaklab::http
{

/// For one thread.
class client_list
{
 public:
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

   protected:
    /// The client has a request to send, or the rest of one.
    void is_receiving() noexcept { move_to(&all_.receiving_); }
    /// The client awaits its answer.
    void is_answering() noexcept { move_to(&all_.answering_); }
    /// The client has just taken a piece of its answer, all of which is still in memory.
    void is_sending(std::size_t bytes) noexcept
    {
      move_to(&all_.sending_);
      all_.unsent_ += unsent_ = bytes;
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
    }

    client_list& all_;
    std::list<member*>* list_ = &all_.receiving_;
    place place_;
    std::size_t unsent_ = 0;
  };

  [[nodiscard]] std::size_t size() const noexcept
  {
    return receiving_.size() + answering_.size() + sending_.size();
  }
  [[nodiscard]] std::size_t answering() const noexcept { return answering_.size(); }
  [[nodiscard]] std::size_t unsent_bytes() const noexcept { return unsent_; }

  /// Cuts the one that has been receiving longest. False when there is none.
  bool cut_receiver() noexcept { return cut_first(receiving_); }

  /// Cuts the one that took a piece of its answer longest ago. False when there is none.
  bool cut_sender() noexcept { return cut_first(sending_); }

 private:
  static bool cut_first(std::list<member*>& from) noexcept
  {
    if (from.empty()) return false;
    auto* const first = from.front();
    first->move_to(nullptr);
    first->cut();
    return true;
  }

  std::list<member*> receiving_;
  std::list<member*> answering_;
  std::list<member*> sending_;
  std::size_t unsent_ = 0;
};

}  // namespace leaklab::http
