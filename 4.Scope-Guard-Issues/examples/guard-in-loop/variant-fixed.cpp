// A mail merge renders a letter for each customer. How long do the texts live that a letter is put
// together from?
#include <runner/lab.hpp>

#include <memory>
#include <string>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t body_bytes = 32 * 1024;

// Owns the texts that are made in it, so that a function can return one by reference. At its end a
// region frees those that were made since its beginning.
class text_engine
{
 public:
  class region
  {
   public:
    explicit region(text_engine& engine) : engine_(engine), begin_(engine.texts_.size()) {}
    ~region() { engine_.texts_.resize(begin_); }

    region(region const&) = delete;
    region& operator=(region const&) = delete;

   private:
    text_engine& engine_;
    std::size_t begin_;
  };

  std::string const& make(std::string text)
  {
    return *texts_.emplace_back(std::make_unique<std::string>(std::move(text)));
  }

 private:
  std::vector<std::unique_ptr<std::string>> texts_;
};

std::string const& render(text_engine& engine, int customer)
{
  auto const& greeting = engine.make("Dear customer " + std::to_string(customer) + ",\n");
  auto const& body = engine.make(std::string(body_bytes, '.'));
  return engine.make(greeting + body);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  text_engine engine;
  auto const& end = engine.make("\nYours sincerely\n");
  int customer = 0;
  std::size_t printed = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++customer)
  {
    // the cure: each letter has a region of its own
    text_engine::region const letter(engine);
    printed += render(engine, customer).size() + end.size();
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
