// Ids, time, failures and random numbers.

#include <doctest/doctest.h>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/random.hpp"

namespace durable::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a uuid is read in either case and printed in lower case; anything else is refused") {
    const auto uuid = Uuid::parse("0190A5B0-7c3e-7A10-8000-00000000ABCD");
    REQUIRE(uuid);
    CHECK(uuid->to_string() == "0190a5b0-7c3e-7a10-8000-00000000abcd");
    CHECK_FALSE(uuid->is_nil());
    CHECK(Uuid{}.is_nil());
    for (const char* text :
         {"", "0190a5b0", "0190a5b07c3e7a10800000000000abcd", "0190a5b0-7c3e-7a10-8000-00000000abcg",
          "0190a5b0-7c3e-7a10-8000-00000000abcd0", "0190a5b0x7c3e-7a10-8000-00000000abcd"}) {
        CHECK_FALSE(Uuid::parse(text));
    }
}

TEST_CASE("instants are printed as RFC 3339, with the digits they need") {
    const Timestamp day{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
    CHECK(to_string(day) == "2026-11-21T00:00:00Z");
    CHECK(to_string(day + 4h + 5min + 6s + 70ms) == "2026-11-21T04:05:06.070Z");
    CHECK(to_string(day + 1us) == "2026-11-21T00:00:00.000001Z");
    CHECK(to_string(Timestamp{-1s}) == "1969-12-31T23:59:59Z");
}

TEST_CASE("a failure tells the whole chain in one line") {
    Failure cause{.kind = FailureKind::application, .type = "InvalidNumber", .message = "+1 is too short"};
    Failure failure{.kind = FailureKind::activity, .activity = "send_sms", .attempts = 1};
    failure.retry_state = RetryState::non_retryable;
    failure.cause = std::make_shared<const Failure>(cause);
    CHECK(failure.to_string() ==
          "activity send_sms failed after 1 attempt (non_retryable): InvalidNumber: +1 is too short");
    CHECK(std::string{ActivityFailed{failure}.what()} == failure.to_string());
    CHECK(*ActivityFailed{failure}.cause() == cause);
    failure.retry_state = RetryState::outcome_unknown;
    CHECK(ActivityFailed{failure}.outcome_unknown());
}

TEST_CASE("failures are equal when all of them is, causes included") {
    Failure failure{.kind = FailureKind::activity, .activity = "a"};
    Failure other = failure;
    CHECK(failure == other);
    other.cause = std::make_shared<const Failure>(Failure{.message = "x"});
    CHECK_FALSE(failure == other);
    failure.cause = std::make_shared<const Failure>(Failure{.message = "x"});
    CHECK(failure == other);
    failure.cause = std::make_shared<const Failure>(Failure{.message = "y"});
    CHECK_FALSE(failure == other);
}

TEST_CASE("each kind of failure is thrown as its own exception") {
    const auto thrown = [](FailureKind kind) { throw_failure(Failure{.kind = kind}); };
    CHECK_THROWS_AS(thrown(FailureKind::application), ApplicationError);
    CHECK_THROWS_AS(thrown(FailureKind::activity), ActivityFailed);
    CHECK_THROWS_AS(thrown(FailureKind::timed_out), TimedOut);
    CHECK_THROWS_AS(thrown(FailureKind::canceled), Canceled);
    CHECK_THROWS_AS(thrown(FailureKind::child), ChildFailed);
    CHECK_THROWS_AS(thrown(FailureKind::terminated), ChildFailed);
}

TEST_CASE("what is recorded of a failure is bounded: 4 KiB a text, cut between characters, 16 causes") {
    Failure failure{.message = std::string(4089, 'x') + "\xC3\xBC" + "a long tail"};
    const std::string cut = bounded(failure).message;
    CHECK(cut.size() <= 4096);
    CHECK(cut.ends_with("x [cut]"));
    CHECK(bounded(Failure{.message = std::string(4096, 'x')}).message.size() == 4096);

    Failure deep;
    for (int i = 0; i < 100; ++i) {
        Failure outer;
        outer.cause = std::make_shared<const Failure>(deep);
        deep = outer;
    }
    const Failure kept = bounded(deep);
    int causes = 0;
    for (const Failure* at = kept.cause.get(); at != nullptr; at = at->cause.get()) ++causes;
    CHECK(causes == 16);
}

TEST_CASE("an application error keeps what its thrower said") {
    const ApplicationError error{
        "Busy", "line 3", {.retryable = false, .next_delay = 5s, .details = Payload{"[3]"}}};
    CHECK(error.failure().type == "Busy");
    CHECK_FALSE(error.failure().retryable);
    CHECK(error.failure().next_delay == 5s);
    CHECK(error.failure().details.json == "[3]");
}

TEST_CASE("an outcome is a value or a failure; asking for the value of a failure throws it") {
    const Outcome<int> good{7};
    CHECK(good.ok());
    CHECK(good.value() == 7);
    const Outcome<int> bad{Failure{.kind = FailureKind::canceled}};
    CHECK(bad.canceled());
    CHECK_THROWS_AS(static_cast<void>(bad.value()), Canceled);
}

TEST_CASE("the options of a call begin as the handle's defaults") {
    constexpr Activity<int, int> handle{
        "h", {.start_to_close = 3s, .maximum_attempts = 2, .delivery = Delivery::at_most_once}};
    const ActivityOptions options = handle.options();
    CHECK(options.start_to_close == 3s);
    CHECK(options.retry.maximum_attempts == 2);
    CHECK(options.retry.backoff_coefficient == 2.0);
    CHECK(options.delivery == Delivery::at_most_once);
}

TEST_CASE("random numbers follow from the seed alone") {
    Random random{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001")};
    Random same{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001")};
    Random other{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000002")};
    const std::uint64_t first = random.next();
    CHECK(first == same.next());
    CHECK(first != other.next());
    CHECK(random.uuid() == same.uuid());
}

TEST_CASE("uniform keeps to its range, reaches both ends, and favours nobody") {
    Random random{Uuid{}};
    std::array<int, 6> seen{};
    for (int i = 0; i < 60'000; ++i) ++seen.at(static_cast<std::size_t>(random.uniform(1, 6) - 1));
    for (const int count : seen) CHECK(std::abs(count - 10'000) < 500);
    CHECK(random.uniform(5, 5) == 5);
    const auto full =
        random.uniform(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
    CHECK(full !=
          random.uniform(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
    for (int i = 0; i < 1000; ++i) {
        const double real = random.real();
        CHECK((real >= 0.0 && real < 1.0));
    }
}

TEST_CASE("a uuid made of random numbers says that it is version 4") {
    Random random{Uuid{}};
    const std::string text = random.uuid().to_string();
    CHECK(text[14] == '4');
    CHECK(std::string{"89ab"}.find(text[19]) != std::string::npos);
}

}  // namespace
}  // namespace durable::test
