// A chat client sends a long history once, when it joins, and short lines from then on. What does the
// server need for it an hour later?
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <runner/lab.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using leaklab::awaitable;

namespace
{

constexpr std::size_t clients = 10'000;
constexpr std::size_t history_size = 200 * 1024;
constexpr std::size_t most_kept = 4 * 1024;

class connection
{
 public:
  void receive(std::string_view bytes)
  {
    auto const free = input_.prepare(bytes.size());
    input_.commit(asio::buffer_copy(free, asio::buffer(bytes)));
    while (take_line())
    {
    }
    // the cure: a buffer that a long message made large becomes as large as what is left in it
    if (input_.capacity() > most_kept) input_.shrink_to_fit();
  }

 private:
  bool take_line()
  {
    auto const waiting = input_.cdata();
    std::string_view const text(static_cast<char const*>(waiting.data()), waiting.size());
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return false;
    ++lines_;
    input_.consume(end + 1);
    return true;
  }

  boost::beast::flat_buffer input_;
  std::size_t lines_ = 0;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  std::string const history = std::string(history_size, '.') + '\n';
  std::vector<connection> connections(clients);
  std::size_t client = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); client = (client + 1) % clients)
  {
    connections[client].receive(history);
    connections[client].receive("hello\n");
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
