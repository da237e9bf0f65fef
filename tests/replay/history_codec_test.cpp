// The wire form. Histories live for years: what this file freezes may never change.

#include <algorithm>

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

using namespace history;

Failure whole_failure() {
    Failure cause{.kind = FailureKind::timed_out, .message = "no answer"};
    cause.timeout = TimeoutType::heartbeat;
    Failure failure{.kind = FailureKind::activity,
                    .type = "Busy",
                    .message = "line \"busy\"\n",
                    .details = Payload{R"({"line":3})"},
                    .retryable = false,
                    .next_delay = 1500ms,
                    .activity = "call",
                    .activity_id = EventId{7},
                    .attempts = 3};
    failure.retry_state = RetryState::maximum_attempts;
    failure.cause = std::make_shared<const Failure>(std::move(cause));
    return failure;
}

ActivityOptions whole_options() {
    ActivityOptions options;
    options.schedule_to_close = 60s;
    options.schedule_to_start = 50s;
    options.start_to_close = 10s;
    options.heartbeat = 2s;
    options.retry = {.initial_interval = 500ms,
                     .backoff_coefficient = 1.5,
                     .maximum_interval = 20s,
                     .maximum_attempts = 4,
                     .non_retryable_types = {"InvalidNumber"}};
    options.delivery = Delivery::at_most_once;
    options.cancellation = CancellationType::wait_cancelled;
    options.queue = "vendors";
    return options;
}

/// Every kind of event with every member set, and its text.
std::vector<std::pair<Event, std::string>> frozen() {
    const std::string failure =
        R"({"kind":"activity","type":"Busy","message":"line \"busy\"\n","details":{"line":3},)"
        R"("retryable":false,"next_delay":1500000,"activity":"call","activity_id":7,"attempts":3,)"
        R"("retry_state":"maximum_attempts","cause":{"kind":"timed_out","message":"no answer",)"
        R"("timeout":"heartbeat"}})";
    return {
        {WorkflowStarted{"t", "w", "acme", "q", Payload{"[1]"}, Timestamp{Duration{5}}},
         R"({"k":"WorkflowStarted","type":"t","workflow_id":"w","tenant":"acme","queue":"q","input":[1],)"
         R"("run_deadline":5})"},
        {ActivityCompleted{EventId{2}, Payload{"{}"}, 3},
         R"({"k":"ActivityCompleted","scheduled":2,"result":{},"attempts":3})"},
        {ActivityCompleted{EventId{2}, Payload{"{}"}, 1},
         R"({"k":"ActivityCompleted","scheduled":2,"result":{}})"},
        {history::ActivityFailed{EventId{2}, whole_failure()},
         R"({"k":"ActivityFailed","scheduled":2,"failure":)" + failure + "}"},
        {TimerFired{EventId{4}}, R"({"k":"TimerFired","started":4})"},
        {SignalReceived{"approve", Payload{"true"}, "r-1"},
         R"({"k":"SignalReceived","name":"approve","input":true,"request_id":"r-1"})"},
        {CancelRequested{"why", "ann"}, R"({"k":"CancelRequested","reason":"why","identity":"ann"})"},
        {ActivityScheduled{"call", Payload{"1"}, whole_options(), "f.cpp:1"},
         R"({"k":"ActivityScheduled","type":"call","input":1,"options":{"schedule_to_close":60000000,)"
         R"("schedule_to_start":50000000,"start_to_close":10000000,"heartbeat":2000000,)"
         R"("retry":{"initial_interval":500000,"backoff_coefficient":1.5,"maximum_interval":20000000,)"
         R"("maximum_attempts":4,"non_retryable_types":["InvalidNumber"]},"delivery":"at_most_once",)"
         R"("cancellation":"wait_cancelled","queue":"vendors"},"source":"f.cpp:1"})"},
        {ActivityScheduled{"call", Payload{"1"}, {}, ""},
         R"({"k":"ActivityScheduled","type":"call","input":1})"},
        {ActivityCancelRequested{EventId{2}}, R"({"k":"ActivityCancelRequested","scheduled":2})"},
        {TimerStarted{1s, Timestamp{Duration{9}}, "f.cpp:2"},
         R"({"k":"TimerStarted","delay":1000000,"due":9,"source":"f.cpp:2"})"},
        {TimerCanceled{EventId{4}}, R"({"k":"TimerCanceled","started":4})"},
        {SideEffectRecorded{Payload{"7"}, "f.cpp:3"},
         R"({"k":"SideEffectRecorded","value":7,"source":"f.cpp:3"})"},
        {CodeStarted{}, R"({"k":"CodeStarted"})"},
        {WorkflowCompleted{Payload{"null"}}, R"({"k":"WorkflowCompleted","result":null})"},
        {WorkflowFailed{whole_failure()}, R"({"k":"WorkflowFailed","failure":)" + failure + "}"},
        {WorkflowCanceled{Failure{.kind = FailureKind::canceled}},
         R"({"k":"WorkflowCanceled","failure":{"kind":"canceled"}})"},
        {WorkflowTimedOut{"1 h"}, R"({"k":"WorkflowTimedOut","reason":"1 h"})"},
        {WorkflowTerminated{"fraud", "ann"},
         R"({"k":"WorkflowTerminated","reason":"fraud","identity":"ann"})"},
    };
}

TEST_CASE("the wire form of every event is frozen") {
    for (const auto& [event, text] : frozen()) {
        CHECK(encode_event(event) == text);
        CHECK(decode_event(text) == event);
    }
}

TEST_CASE("an activation's wire form is frozen") {
    const Activation activation{.first_event = EventId{3},
                                .time = Timestamp{Duration{1'700'000'000'000'000}},
                                .build = "b1",
                                .arrived = {TimerFired{EventId{2}}},
                                .commands = {WorkflowCompleted{Payload{"1"}}}};
    const std::string text = R"({"t":1700000000000000,"b":"b1","a":[{"k":"TimerFired","started":2}],)"
                             R"("c":[{"k":"WorkflowCompleted","result":1}]})";
    CHECK(history::encode(activation) == text);
    CHECK(decode_activation(EventId{3}, text) == activation);
}

TEST_CASE("members that a newer build adds are passed over; kinds that it adds are refused by name") {
    CHECK(decode_event(R"({"k":"TimerFired","why":{"deep":[1,2]},"started":4})") ==
          Event{TimerFired{EventId{4}}});
    CHECK_THROWS_WITH(static_cast<void>(decode_event(R"({"k":"ChildStarted"})")),
                      "k: unknown event kind \"ChildStarted\": recorded by a newer build?");
}

TEST_CASE("errors in a history name their place") {
    CHECK_THROWS_WITH(static_cast<void>(decode_event(R"({"k":"TimerFired"})")), "started: missing");
    CHECK_THROWS_WITH(static_cast<void>(decode_activation(
                          EventId{1}, R"({"t":1,"b":"","a":[],"c":[{"k":"TimerStarted","delay":"x"}]})")),
                      "c[0].delay: expected number, found string");
    CHECK_THROWS_AS(
        static_cast<void>(decode_event(R"({"k":"ActivityFailed","scheduled":1,"failure":{"kind":"odd"}})")),
        DecodeError);
    CHECK_THROWS_AS(static_cast<void>(decode_event("{}")), DecodeError);
}

TEST_CASE("failures nested beyond the limit are refused, not followed") {
    std::string text = R"({"k":"WorkflowFailed","failure":)";
    for (int i = 0; i < 100'000; ++i) text += R"({"kind":"child","cause":)";
    CHECK_THROWS_AS(static_cast<void>(decode_event(text)), DecodeError);
}

TEST_CASE("an exported history is read back as it was, one event a line") {
    History history;
    EventId first{1};
    for (const auto& [event, text] : frozen()) {
        history.push_back({.first_event = first,
                           .time = some_day,
                           .build = "b",
                           .arrived = {},
                           .commands = {event, event}});
        first = history.back().next_event();
    }
    const std::string text = export_json(some_run, history);
    const Exported exported = import_json(text);
    CHECK(exported.run == some_run);
    CHECK(exported.history == history);
    CHECK(std::ranges::count(text, '\n') == static_cast<std::ptrdiff_t>(3 * history.size() + 2));
}

}  // namespace
}  // namespace durable::test
