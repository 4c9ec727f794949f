// A server at its limit of descriptors: what does accept() say, and what does epoll say then?
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <vector>

using boost::asio::ip::tcp;

namespace
{

/// Without the one that looks.
int open_descriptors()
{
  DIR* const folder = ::opendir("/proc/self/fd");
  int count = -3;  // ".", ".." and the folder itself
  while (::readdir(folder))
    ++count;
  ::closedir(folder);
  return count;
}

}  // namespace

int main()
{
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket waiting(context);
  std::vector<tcp::socket> taken;

  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = static_cast<rlim_t>(open_descriptors() + 9);
  ::setrlimit(RLIMIT_NOFILE, &limit);

  waiting.connect(acceptor.local_endpoint());  // the kernel completes it without the server
  boost::system::error_code error;
  while (!error)
    taken.emplace_back(context).open(tcp::v4(), error);
  taken.pop_back();
  fmt::print("open: {}, of {}\n", error.message(), "a limit that the program set itself");

  int failures = 0;
  for (int i = 0; i != 1000; ++i)
  {
    acceptor.async_accept([&](boost::system::error_code refused, tcp::socket const&)
                          { failures += refused == boost::asio::error::no_descriptors; });
    context.run();
    context.restart();
  }
  fmt::print("of 1000 accepts, one after the other, {} fail with EMFILE, and none waits\n",
             failures);

  taken.pop_back();  // one descriptor is free again
  tcp::socket const accepted = acceptor.accept(error);
  fmt::print("with one descriptor free, the connection is taken: {}\n", !error);
}
