#include "engine/worker/adaptive_poll.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/worker/schedule_loop.hpp"
#include "engine/worker/worker.hpp"

using durable::worker::AdaptivePoll;
using std::chrono::milliseconds;

namespace {

/// docs/guide/any-language.md, engine/client/client.hpp: what is committed without a notification is found within this.
constexpr milliseconds promised{500};

}  // namespace

TEST_CASE("who finds nothing looks less and less often") {
    AdaptivePoll poll{{milliseconds{5}, milliseconds{400}}};
    CHECK(poll.next() == milliseconds{5});
    CHECK(poll.next() == milliseconds{7});
    CHECK_FALSE(poll.quiet());
    for (int looks = 0; looks < 20; ++looks) static_cast<void>(poll.next());
    CHECK(poll.quiet());
    CHECK(poll.next() == milliseconds{400});
    poll.found();
    CHECK(poll.next() == milliseconds{5});
}

TEST_CASE(
    "however long nothing has been found, the next look comes within the time that the guide promises") {
    const durable::worker::WorkerOptions options;
    AdaptivePoll poll{options.poll};
    milliseconds longest{0};
    for (int looks = 0; looks < 10'000; ++looks) longest = std::max(longest, poll.next());
    CHECK(longest <= promised);
    CHECK(options.sweep_every <= promised);
    CHECK(durable::worker::ScheduleLoop::Options{}.look_every <= promised);
}
