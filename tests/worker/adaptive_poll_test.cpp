#include "engine/worker/adaptive_poll.hpp"

#include <doctest/doctest.h>

using durable::worker::AdaptivePoll;
using durable::worker::PollLimits;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const PollLimits limits{milliseconds{5}, milliseconds{400}, milliseconds{1600}};

/// Looks and finds nothing for that long.
void find_nothing(AdaptivePoll& poll, milliseconds time) {
    for (milliseconds passed{}; passed < time;) passed += poll.next();
}

}  // namespace

TEST_CASE("who finds nothing looks less and less often") {
    AdaptivePoll poll{limits};
    CHECK(poll.next() == milliseconds{5});
    CHECK(poll.next() == milliseconds{7});
    CHECK_FALSE(poll.quiet());
    find_nothing(poll, seconds{2});
    CHECK(poll.quiet());
    CHECK(poll.next() == milliseconds{400});
}

TEST_CASE("who has found nothing for long rests, until something is found") {
    AdaptivePoll poll{limits};
    find_nothing(poll, seconds{14});
    CHECK(poll.next() == milliseconds{400});
    find_nothing(poll, seconds{1});
    CHECK(poll.next() == milliseconds{1600});
    CHECK(poll.quiet());
    poll.found();
    CHECK(poll.next() == milliseconds{5});
}

TEST_CASE("who must find by looking alone does not rest") {
    AdaptivePoll poll{limits.without_rest()};
    find_nothing(poll, seconds{60});
    CHECK(poll.next() == milliseconds{400});
}

TEST_CASE("a pause is never shorter for resting") {
    AdaptivePoll poll{{milliseconds{5}, seconds{20}, milliseconds{1600}}};
    find_nothing(poll, seconds{60});
    CHECK(poll.next() == seconds{20});
}
