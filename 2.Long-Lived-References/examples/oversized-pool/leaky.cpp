// Requests read a page or a picture into a buffer from a pool. How large are the buffers that come
// back?
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <deque>
#include <filesystem>
#include <fstream>
#include <vector>

using leaklab::awaitable;

namespace
{

namespace fs = std::filesystem;

constexpr std::size_t page_size = 4 * 1024;
constexpr std::size_t picture_size = 1024 * 1024;
constexpr std::size_t buffers = 2'000;

using buffer = std::vector<char>;
using buffer_pool = std::deque<buffer>;

void serve(fs::path const& file, buffer_pool& pool)
{
  auto content = std::move(pool.front());
  pool.pop_front();
  content.resize(fs::file_size(file));
  std::ifstream(file).read(content.data(), std::ssize(content));
  // the fault: the buffer goes back at the size of the largest file that it has ever held
  pool.push_back(std::move(content));
}

fs::path make_file(fs::path const& path, std::size_t size)
{
  std::ofstream(path).close();
  fs::resize_file(path, size);
  return path;
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  auto const page = make_file(folder.path() / "page.html", page_size);
  auto const picture = make_file(folder.path() / "picture.png", picture_size);
  buffer_pool pool(buffers, buffer(page_size));
  int request = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++request)
  {
    serve(request % 3 == 0 ? picture : page, pool);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
