// Does close() end the interest of epoll? It does when the last number of the description goes.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace
{

int registered(int epoll)
{
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", epoll));
  int count = 0;
  for (std::string line; std::getline(info, line);)
    count += line.starts_with("tfd:");
  return count;
}

void show(char const* when, int epoll, int reader)
{
  epoll_event event{};
  int const events = ::epoll_wait(epoll, &event, 1, 0);
  fmt::print("{:<34} registered {}, events {}", when, registered(epoll), events);
  if (events == 1)
    fmt::print(", for number {}", event.data.fd == reader ? "of the reader" : "unknown");
  fmt::print("\n");
}

}  // namespace

int main()
{
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return 1;
  auto const [reader, writer] = ends;
  int const epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.fd = reader;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, reader, &interest);
  int const copy = ::fcntl(reader, F_DUPFD_CLOEXEC, 0);
  if (::write(writer, "x", 1) != 1) return 1;
  show("a byte is there", epoll, reader);
  ::close(reader);
  show("the reader's number is closed", epoll, reader);
  int const removed = ::epoll_ctl(epoll, EPOLL_CTL_DEL, reader, nullptr);
  fmt::print("removing the reader's number: {}\n", removed == 0 ? "done" : "refused");
  show("after that", epoll, reader);
  ::close(copy);
  show("the copy is closed, too", epoll, reader);
}
