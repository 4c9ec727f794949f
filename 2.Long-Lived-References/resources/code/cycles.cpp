// Five shapes of the same thing: a session, and a handler that needs it. Which are destroyed?
#include <fmt/format.h>

#include <functional>
#include <memory>

namespace
{

struct session : std::enable_shared_from_this<session>
{
  std::function<void()> on_input;
  std::shared_ptr<session> peer;

  explicit session(int& living) : living_(living) { ++living_; }
  ~session() { --living_; }
  session(session const&) = delete;
  session& operator=(session const&) = delete;

  void touch() {}
  void start()
  {
    on_input = [self = shared_from_this()] { self->touch(); };
  }

 private:
  int& living_;
};

void run(char const* shape, auto make)
{
  static int living;  // outlives the sessions that are never destroyed
  living = 0;
  make(living);
  fmt::print("{:<46} left: {}\n", shape, living);
}

void two_peers(int& living)
{
  auto const left = std::make_shared<session>(living);
  auto const right = std::make_shared<session>(living);
  left->peer = right;
  right->peer = left;
}

void own_handler(int& living)
{
  std::make_shared<session>(living)->start();
}

void own_function(int& living)
{
  auto const self = std::make_shared<session>(living);
  auto const next = std::make_shared<std::function<void()>>();
  *next = [self, next] { self->touch(); };  // a loop that calls itself again
}

void weak_handler(int& living)
{
  auto const self = std::make_shared<session>(living);
  self->on_input = [weak = std::weak_ptr(self)]
  {
    if (auto const owner = weak.lock()) owner->touch();
  };
}

void cut_at_the_end(int& living)
{
  auto const self = std::make_shared<session>(living);
  self->start();
  self->on_input = nullptr;  // on each path that ends the session
}

}  // namespace

int main()
{
  run("two sessions own each other", two_peers);
  run("its handler captures shared_from_this()", own_handler);
  run("a function captures the pointer to itself", own_function);
  run("its handler captures weakly", weak_handler);
  run("its handler is cleared at the end", cut_at_the_end);
}
