#include "faults.hpp"

#include <algorithm>

namespace shop
{

std::array<fault_description, number_of_faults> const fault_descriptions{{
    {"blocked-send", "scores are sent to a channel that nobody receives from any more"},
    {"blocked-receive", "a worker waits for more sizes on a channel that nobody closes"},
    {"missing-timeout", "a webhook waits without a deadline for a receiver that never answers"},
    {"orphaned-child", "a question to a supplier goes on after its request has given up"},
    {"unbounded-cache", "the page cache never evicts"},
    {"pinned-buffer", "the catalogue keeps a view of a header, and with it the whole photo"},
    {"kept-capacity", "a till's inbox keeps the capacity of its largest delivery"},
    {"forgotten-listener", "subscribers of the feed leave without unsubscribing"},
    {"captured-closure", "a receipt's callback owns the whole upload where its number would do"},
    {"shared-cycle", "a session stores a handler that owns the session"},
    {"dead-client-registry", "routes of customers who have left stay in the table"},
    {"oversized-pool", "picture buffers go back to their pool at the size of the largest picture"},
    {"unbounded-history", "the list of recent requests keeps all of them"},
    {"unclosed-file", "a coupon's file is closed only where it can be read"},
    {"unclosed-connection", "answers of suppliers that are kept keep their connections open"},
    {"unstopped-timer", "a session ends and the timer that reserves its basket does not"},
    {"timer-per-iteration", "each price arms a timer of its own and leaves the last one pending"},
    {"unreturned-connection", "an INSERT that fails throws past the return to the pool"},
    {"guard-in-loop", "the owner of each invoice's file lives as long as the loop"},
    {"late-binding-guard", "guards that capture a pointer by reference all close the last shard"},
    {"recursive-guard", "the archive keeps each folder open until the folders in it are done"},
    {"dismissed-guard", "a draft's guard is dismissed before the rename that can fail"},
    {"swallowed-close", "a guard drops the error of the close, and the record is acknowledged"},
    {"task-per-job", "each recommendation becomes a task, however many are waiting"},
    {"oversized-queue", "a queue for a million records hides that the warehouse is slow"},
    {"unlimited-accept", "a client that says nothing keeps its connection"},
    {"unbounded-outbox", "the feed queues without limit for a subscriber who does not read"},
    {"retry-storm", "a webhook that fails is tried again without end"},
}};

std::string_view name_of(fault which) noexcept
{
  return fault_descriptions[static_cast<std::size_t>(which)].name;
}

std::optional<fault> find_fault(std::string_view name) noexcept
{
  auto const found = std::ranges::find(fault_descriptions, name, &fault_description::name);
  if (found == fault_descriptions.end()) return std::nullopt;
  return static_cast<fault>(found - fault_descriptions.begin());
}

}  // namespace shop
