#include "search.hpp"

#include "http_client.hpp"

#include <fmt/format.h>
#include <world/scope_guard.hpp>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr auto search_deadline = 500ms;
constexpr int shards_of_a_supplier = 2;

}  // namespace

awaitable<response> search::find(unsigned words)
{
  auto const hits_before = hits_;
  response made{504, "a shard does not answer\n"};
  try
  {
    co_await within(search_deadline, query(words));
    made = {200, fmt::format("{} hits\n", hits_ - hits_before)};
  }
  catch (boost::system::system_error const&)
  {
    // It has been said above.
  }
  open_.remove_if([](auto const& connection) { return !connection.is_open(); });
  co_return made;
}

awaitable<void> search::query(unsigned words)
{
  tcp::socket* shard = nullptr;
  world::exit_stack guards;
  for (auto const& supplier : around_.partners.of("supplier"))
    for (int part = 0; part != shards_of_a_supplier; ++part)
    {
      shard = &open_.emplace_back(around_.executor);
      if (around_.faults.has(fault::late_binding_guard))
        guards.push([&shard] { shard->close(); });
      else
        guards.push([shard] { shard->close(); });
      co_await ask(*shard, supplier, words);
    }
}

awaitable<void> search::ask(tcp::socket& shard, tcp::endpoint supplier, unsigned words)
{
  co_await shard.async_connect(supplier, use_awaitable);
  auto const found = co_await exchange(shard, "GET", fmt::format("/part/{}", words));
  hits_ += found.size();
}

}  // namespace shop
