// heap_bench allocate|scrape GO_MILLISECONDS GO_BYTES GO_PERCENT: what heap sampling costs and how
// good it is, or what a scrape costs, a line a measure: its name, our figure and the peer's, which
// is the same work without sampling, or Go's heap profile of such objects (go/heap). Two programs
// in one, as each has its sampling period.
#include <leaklab/endpoint.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace
{

using clock_type = std::chrono::steady_clock;

constexpr std::int64_t lab_period = 64 * 1024;  // what the lab's programs sample with

double seconds_since(clock_type::time_point begin)
{
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

void line(char const* name, double ours, double peer)
{
  fmt::print("{} {} {}\n", name, ours, peer);
  std::fflush(stdout);
}

// Nanoseconds of a malloc and a free in a set of live objects, with sampling and without, in turn,
// the best of each.
std::pair<double, double> malloc_and_free(std::size_t size)
{
  constexpr int pairs = 2'000'000;
  std::vector<void*> live(1000);
  auto const work = [&]
  {
    auto const begin = clock_type::now();
    for (std::size_t i = 0; i != pairs; ++i)
    {
      void*& slot = live[i % live.size()];
      std::free(slot);
      slot = std::malloc(size);
      *static_cast<char volatile*>(slot) = 1;
    }
    return seconds_since(begin) / pairs * 1e9;
  };
  double with = 1e9;
  double without = 1e9;
  work();
  for (int i = 0; i != 15; ++i)
  {
    leaklab::set_heap_sampling_period(0);
    without = std::min(without, work());
    leaklab::set_heap_sampling_period(lab_period);
    with = std::min(with, work());
  }
  for (void* const each : live)
    std::free(each);
  return {with, without};
}

// A hundred functions, so a hundred stacks.
std::vector<void*> kept;
template <int N>
__attribute__((noinline)) void keep(std::size_t size)
{
  kept.push_back(std::malloc(size));
  asm volatile("");
}
template <int... N>
void keep_from_each(std::integer_sequence<int, N...>)
{
  (keep<N>(40 * 1024), ...);
}

std::string get(std::uint16_t port, std::string const& path)
{
  int const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0)
  {
    auto const request = fmt::format("GET {} HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    if (write(fd, request.data(), request.size()) > 0)
    {
      std::array<char, 65536> piece;
      for (ssize_t size; (size = read(fd, piece.data(), piece.size())) > 0;)
        answer.append(piece.data(), static_cast<std::size_t>(size));
    }
  }
  close(fd);
  return answer.substr(std::min(answer.find("\r\n\r\n"), answer.size() - 4) + 4);
}

std::pair<double, std::size_t> scrape(std::uint16_t port)
{
  auto const begin = clock_type::now();
  auto const body = get(port, "/debug/pprof/heap");
  return {seconds_since(begin) * 1e3, body.size()};
}

double percent_off()
{
  constexpr std::size_t size = 5120;
  constexpr std::size_t count = 20'000;
  std::vector<double> errors;
  for (int run = 0; run != 9; ++run)
  {
    std::list<std::unique_ptr<char[]>> live;
    for (std::size_t i = 0; i != count; ++i)
      live.push_back(std::make_unique<char[]>(size));
    double total = 0;
    for (auto const& sample : leaklab::read_heap_samples())
      if (sample.size == size) total += sample.bytes;
    errors.push_back(total / (size * count) - 1);
  }
  std::ranges::nth_element(errors, errors.begin() + 4);
  return 100 * std::abs(errors[4]);
}

void measure_allocations(double peer_percent)
{
  auto const [with, without] = malloc_and_free(64);
  line("malloc_free_64_ns", with, without);
  line("heap_total_off_by_percent", percent_off(), peer_percent);
}

void measure_scrapes(double peer_ms, double peer_bytes)
{
  leaklab::set_heap_sampling_period(4096);
  for (int i = 0; i != 100; ++i)
    keep_from_each(std::make_integer_sequence<int, 100>());
  leaklab::endpoint const debug({"127.0.0.1", 0, {}});
  get(debug.port(), "/healthz");
  auto const resident = static_cast<double>(leaklab::read_resident_bytes());
  line("heap_first_scrape_ms", scrape(debug.port()).first, peer_ms);
  line("heap_scrape_leaves_mib",
       (static_cast<double>(leaklab::read_resident_bytes()) - resident) / 0x1p20, 0);
  double later = 1e9;
  std::size_t size = 0;
  for (int i = 0; i != 9; ++i)
  {
    auto const [took, bytes] = scrape(debug.port());
    later = std::min(later, took);
    size = bytes;
  }
  line("heap_later_scrape_ms", later, peer_ms);
  line("heap_profile_bytes", static_cast<double>(size), peer_bytes);
}

}  // namespace

int main(int argc, char** argv)
{
  std::string_view const what = argc > 1 ? argv[1] : "";
  auto const peer = [&](int i) { return argc > i ? std::atof(argv[i]) : std::nan(""); };
  if (what == "allocate")
    measure_allocations(peer(4));
  else if (what == "scrape")
    measure_scrapes(peer(2), peer(3));
  else
    return 2;
}
