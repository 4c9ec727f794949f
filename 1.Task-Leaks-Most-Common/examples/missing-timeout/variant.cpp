// A greenhouse asks its sensors for the temperature. Question and answer are one datagram each.
// Which of them must arrive?
#include <leaklab/tracked.hpp>

#include <boost/asio/ip/udp.hpp>
#include <runner/lab.hpp>

#include <string_view>

namespace asio = boost::asio;
using asio::ip::udp;
using leaklab::awaitable;
using udp_socket = leaklab::tracked::as_default_on_t<udp::socket>;

namespace
{

constexpr std::string_view temperature = "21";

// It has a weak battery, and misses every second question.
awaitable<void> run_sensor(udp_socket& port)
{
  for (int heard = 0;; ++heard)
  {
    char question = 0;
    udp::endpoint from;
    co_await port.async_receive_from(asio::buffer(&question, 1), from);
    if (heard % 2 == 0) co_await port.async_send_to(asio::buffer(temperature), from);
  }
}

awaitable<void> measure(udp::endpoint sensor, leaklab::lab& lab)
{
  udp_socket port(lab.get_executor(), udp::v4());
  co_await port.async_send_to(asio::buffer("?", 1), sensor);
  char answer[8];
  co_await port.async_receive(asio::buffer(answer));
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  udp_socket sensor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  lab.spawn(run_sensor(sensor), "sensor");
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(measure(sensor.local_endpoint(), lab), "measurement");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
