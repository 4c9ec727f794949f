#include "page/live_page.hpp"

#include "encode/append.hpp"
#include "encode/words.hpp"
#include "page/html.hpp"
#include "page/sections.hpp"

#include <fmt/format.h>
#include <leaklab_page_files.hpp>

#include <chrono>

namespace leaklab::page
{
namespace
{

using encode::append;

std::string facts(live_view const& view)
{
  std::chrono::duration<double> const now = std::chrono::system_clock::now().time_since_epoch();
  auto const& [process, tasks] = std::tie(view.all.process, view.all.tasks);
  return fmt::format(
      "process {}, running for {} · threads: {} · processor time: {} · tasks: {} spawned, {} finished, {} "
      "failed",
      view.process, encode::time(now.count() - process.start_time_seconds), process.threads,
      encode::time(process.cpu_seconds), tasks.spawned, tasks.finished, tasks.failed);
}

}  // namespace

std::string_view class_of(verdict found) noexcept
{
  return found == verdict::unknown ? "unknown" : to_string(found);
}

std::string word(verdict found)
{
  return fmt::format("<span class=\"word {}\">{}</span>", class_of(found), to_string(found));
}

std::string place(std::string_view function, std::string_view file, std::int64_t line)
{
  return fmt::format("<code class=\"place\">{} <br><span>{}:{}</span></code>", html(function),
                     html(file), line);
}

std::string live_page(live_view const& view)
{
  std::string text;
  auto const name = html(view.program, 80);
  append(text,
         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}: {}</title>\n"
         "<link rel=\"icon\" href=\"data:,\">\n",
         to_string(view.seen.report.verdict), name);
  if (view.is_whole) append(text, "<style nonce=\"{}\">\n{}</style>\n", view.nonce, style_text);
  append(
      text,
      "</head>\n<body>\n<header>\n<h1>{}</h1>\n<p class=\"state\"><span id=\"state\" role=\"status\">Reload for newer figures</span> <button type=\"button\" id=\"pause\">Pause</button></p>\n"
      "<p id=\"facts\" data-live>{}</p>\n</header>\n<main id=\"main\" data-live>\n",
      name, facts(view));
  text += verdict_section(view) + charts_section(view) + places_section(view) +
          commands_section(view) + "</main>\n";
  if (view.is_whole) append(text, "<script nonce=\"{}\">\n{}</script>\n", view.nonce, script_text);
  return text += "</body>\n</html>\n";
}

}  // namespace leaklab::page
