#include "engine/worker/adaptive_poll.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

#include "engine/worker/worker.hpp"

using durable::worker::AdaptivePoll;
using std::chrono::milliseconds;

namespace {

/// docs/guide/any-language.md, engine/client/client.hpp: what is committed without a notification is found within this.
constexpr milliseconds promised{500};

}  // namespace

TEST_CASE("who finds nothing looks less and less often, and then rests") {
    AdaptivePoll poll{{milliseconds{5}, milliseconds{400}}, milliseconds{5000}};
    CHECK(poll.next() == milliseconds{5});
    CHECK(poll.next() == milliseconds{7});
    milliseconds pause{};
    do {
        pause = poll.next();
        CHECK((pause < milliseconds{400} || pause == milliseconds{5000}));
    } while (pause < milliseconds{400});
    CHECK(poll.next() == milliseconds{5000});
    poll.found();
    CHECK(poll.next() == milliseconds{5});
}

TEST_CASE("who is to look rarely does not rest for less") {
    AdaptivePoll poll{{milliseconds{20'000}, milliseconds{20'000}}, milliseconds{5000}};
    CHECK(poll.next() == milliseconds{20'000});
}

TEST_CASE(
    "however long nothing has been found, the next look comes within the time that the guide promises") {
    const durable::worker::WorkerOptions options;
    milliseconds longest{0};
    milliseconds sum{0};
    constexpr std::uint32_t looks = 1000;
    for (std::uint32_t chance = 0; chance < looks; ++chance) {
        const milliseconds pause = durable::worker::pause_before_look(options.sweep_every, chance);
        longest = std::max(longest, pause);
        sum += pause;
    }
    CHECK(longest <= promised);
    CHECK(sum / looks >= longest * 9 / 10 - milliseconds{1});  // and not sooner than for nothing
    CHECK(options.poll.longest <= promised);
}
