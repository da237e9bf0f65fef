#include "engine/worker/coroutine_cache.hpp"

#include <doctest/doctest.h>

#include "tests/worker/world.hpp"

using namespace durable;
using worker::CoroutineCache;

namespace {

RunId run_no(std::uint8_t number) {
    RunId run;
    run.value.bytes[15] = number;
    return run;
}

}  // namespace

TEST_CASE("the cache gives a coroutine back only at the activation it stands at, and only once") {
    const WorkflowRegistry workflows;
    CoroutineCache cache{10, 1U << 20U};
    cache.put(run_no(1), replay::Execution{workflows, run_no(1), "b"});
    CHECK_FALSE(cache.take(run_no(1), 5));
    CHECK(cache.runs() == 0);
    cache.put(run_no(1), replay::Execution{workflows, run_no(1), "b"});
    CHECK(cache.take(run_no(1), 0));
    CHECK_FALSE(cache.take(run_no(1), 0));
}

TEST_CASE("the cache lets the least recently used coroutine go") {
    const WorkflowRegistry workflows;
    CoroutineCache cache{2, 1U << 20U};
    for (std::uint8_t number = 1; number <= 3; ++number) {
        cache.put(run_no(number), replay::Execution{workflows, run_no(number), "b"});
    }
    CHECK(cache.runs() == 2);
    CHECK_FALSE(cache.take(run_no(1), 0));
    CHECK(cache.take(run_no(3), 0));
}

TEST_CASE("the cache is bounded by memory too") {
    const WorkflowRegistry workflows;
    CoroutineCache cache{100, 1};
    cache.put(run_no(1), replay::Execution{workflows, run_no(1), "b"});
    CHECK(cache.runs() == 0);
    CHECK(cache.bytes() == 0);
}
