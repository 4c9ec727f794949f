// A record is written to a disk that is full. Which call says so? /dev/full accepts each open and
// fails each write with "no space left on device".
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

static char const* const full = "/dev/full";

static void say(char const* call, bool succeeds)
{
  fmt::print("  {:<34}{}\n", call, succeeds ? "succeeds" : "fails");
}

int main()
{
  fmt::print("stdio\n");
  std::FILE* const file = std::fopen(full, "wb");
  say("fopen", file != nullptr);
  if (!file) return 1;
  say("fwrite of 8 bytes", std::fwrite("12345678", 8, 1, file) == 1);
  say("fclose", std::fclose(file) == 0);

  fmt::print("stdio, flushed by hand\n");
  std::FILE* const flushed = std::fopen(full, "wb");
  if (!flushed) return 1;
  say("fwrite of 8 bytes", std::fwrite("12345678", 8, 1, flushed) == 1);
  say("fflush", std::fflush(flushed) == 0);
  say("fclose", std::fclose(flushed) == 0);

  fmt::print("a stream, closed by its destructor\n");
  {
    std::ofstream stream(full);
    stream << "12345678";
    say("<<", stream.good());
  }
  fmt::print("  the destructor says nothing\n");

  fmt::print("a stream, closed by a call\n");
  std::ofstream closed(full);
  closed << "12345678";
  say("<<", closed.good());
  closed.close();
  say("close, then good()", closed.good());

  fmt::print("system calls\n");
  int const descriptor = ::open(full, O_WRONLY | O_CLOEXEC);
  say("open", descriptor >= 0);
  say("write", ::write(descriptor, "12345678", 8) == 8);
  say("close", ::close(descriptor) == 0);
}
