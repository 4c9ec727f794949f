// A shop asks a store how many of an article are left, and keeps the connection for its next
// question. Which one is that?
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/keep_alive_server.hpp>

#include <map>
#include <string>
#include <tuple>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

struct question
{
  tcp::endpoint store;
  std::string article;

  friend bool operator<(question const& left, question const& right)
  {
    return std::tie(left.store, left.article) < std::tie(right.store, right.article);
  }
};

class http_client
{
 public:
  awaitable<bool> ask(question asked)
  {
    auto const request = "GET /left/" + asked.article + " HTTP/1.1\r\nHost: store\r\n\r\n";
    tcp::socket connection(co_await asio::this_coro::executor);
    if (auto kept = idle_.extract(asked))
      connection = std::move(kept.mapped());
    else
      co_await connection.async_connect(asked.store);
    std::string answer;
    co_await asio::async_write(connection, asio::buffer(request), leaklab::as_tuple());
    auto const [closed, size] = co_await asio::async_read_until(
        connection, asio::dynamic_buffer(answer), "\r\n\r\n", leaklab::as_tuple());
    if (closed) co_return false;
    idle_.emplace(asked, std::move(connection));
    co_return true;
  }

 private:
  std::multimap<question, tcp::socket> idle_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  world::keep_alive_server const store;
  http_client client;
  int article = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++article)
  {
    question asked{store.endpoint(), std::to_string(article)};
    if (co_await client.ask(std::move(asked))) lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
