// A document goes to a translator over a connection, and the translation comes back over the same
// one. How long is a document?
#include <leaklab/tracked.hpp>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using local = asio::local::stream_protocol;
using stream = leaklab::tracked::as_default_on_t<local::socket>;
using acceptor = leaklab::tracked::as_default_on_t<local::acceptor>;

namespace
{

constexpr std::string_view page = "Please find enclosed what you have ordered.\n";
constexpr int pages = 3;

awaitable<std::string> read_document(stream& connection)
{
  std::string text;
  co_await asio::async_read(connection, asio::dynamic_buffer(text), asio::transfer_all(),
                            leaklab::as_tuple());
  co_return text;
}

awaitable<void> translate(stream customer)
{
  auto text = co_await read_document(customer);
  std::ranges::reverse(text);
  co_await asio::async_write(customer, asio::buffer(text));
}

awaitable<void> open_office(acceptor& door, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(translate(co_await door.async_accept()), "translator");
}

awaitable<void> order(local::endpoint translator, leaklab::lab& lab)
{
  stream connection(lab.get_executor());
  co_await connection.async_connect(translator);
  for (int sent = 0; sent != pages; ++sent)
    co_await asio::async_write(connection, asio::buffer(page));
  // the cure: half of the connection is closed, which tells the translator that this was all
  connection.shutdown(stream::shutdown_send);
  auto const translation = co_await read_document(connection);
  if (translation.size() == pages * page.size()) lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  acceptor door(lab.get_executor(), (folder.path() / "translator").string());
  lab.spawn(open_office(door, lab), "office");
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(order(door.local_endpoint(), lab), "order");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
