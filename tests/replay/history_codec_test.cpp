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
    options.priority = 1;
    options.limit = ActivityLimit{.key = "twilio", .concurrency = 4, .per_second = 0.5, .burst = 2};
    return options;
}

const RunId other_run{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000002")};

WorkflowStarted whole_start() {
    WorkflowStarted started{"t", "w", "", "q", Payload{"[1]"}, Timestamp{Duration{5}}};
    started.run_timeout = Duration{4};
    started.parent = ParentRun{some_run, other_run, EventId{7}, "p"};
    started.continued_from = other_run;
    started.signals = {{"approve", Payload{"true"}, "r-1"}, {"deny", Payload{"{}"}, ""}};
    started.scheduled_for = Timestamp{Duration{3}};
    return started;
}

ChildInitiated whole_child() {
    return {.type = "t",
            .workflow_id = "w",
            .input = Payload{"[1]"},
            .parent_close = ParentClosePolicy::abandon,
            .cancellation = CancellationType::try_cancel,
            .reuse = ChildReuse::reject,
            .queue = "q",
            .run_timeout = Duration{5},
            .run = some_run,
            .source = "f.cpp:4"};
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
        {whole_start(),
         R"({"k":"WorkflowStarted","type":"t","workflow_id":"w","queue":"q","input":[1],"run_deadline":5,)"
         R"("run_timeout":4,"parent":{"run":"0190a5b0-7c3e-7a10-8000-000000000001",)"
         R"("chain":"0190a5b0-7c3e-7a10-8000-000000000002","initiated":7,"workflow_id":"p"},)"
         R"("continued_from":"0190a5b0-7c3e-7a10-8000-000000000002","signals":[{"name":"approve",)"
         R"("input":true,"request_id":"r-1"},{"name":"deny","input":{}}],"scheduled_for":3})"},
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
        {ChildStarted{EventId{2}, some_run},
         R"({"k":"ChildStarted","initiated":2,"run":"0190a5b0-7c3e-7a10-8000-000000000001"})"},
        {ChildStartFailed{EventId{2}, whole_failure(), some_run},
         R"({"k":"ChildStartFailed","initiated":2,"failure":)" + failure +
             R"(,"run":"0190a5b0-7c3e-7a10-8000-000000000001"})"},
        {ChildCompleted{EventId{2}, Payload{"[]"}, some_run},
         R"({"k":"ChildCompleted","initiated":2,"result":[],"run":"0190a5b0-7c3e-7a10-8000-000000000001"})"},
        {ChildCompleted{EventId{2}, Payload{"[]"}}, R"({"k":"ChildCompleted","initiated":2,"result":[]})"},
        {history::ChildFailed{EventId{2}, whole_failure(), some_run},
         R"({"k":"ChildFailed","initiated":2,"failure":)" + failure +
             R"(,"run":"0190a5b0-7c3e-7a10-8000-000000000001"})"},
        {ActivityScheduled{"call", Payload{"1"}, whole_options(), "f.cpp:1"},
         R"({"k":"ActivityScheduled","type":"call","input":1,"options":{"schedule_to_close":60000000,)"
         R"("schedule_to_start":50000000,"start_to_close":10000000,"heartbeat":2000000,)"
         R"("retry":{"initial_interval":500000,"backoff_coefficient":1.5,"maximum_interval":20000000,)"
         R"("maximum_attempts":4,"non_retryable_types":["InvalidNumber"]},"delivery":"at_most_once",)"
         R"("cancellation":"wait_cancelled","queue":"vendors","priority":1,"limit":{"key":"twilio",)"
         R"("concurrency":4,"per_second":0.5,"burst":2}},"source":"f.cpp:1"})"},
        {ActivityScheduled{"call", Payload{"1"}, {}, ""},
         R"({"k":"ActivityScheduled","type":"call","input":1})"},
        {ActivityCancelRequested{EventId{2}}, R"({"k":"ActivityCancelRequested","scheduled":2})"},
        {TimerStarted{1s, Timestamp{Duration{9}}, "f.cpp:2"},
         R"({"k":"TimerStarted","delay":1000000,"due":9,"source":"f.cpp:2"})"},
        {TimerCanceled{EventId{4}}, R"({"k":"TimerCanceled","started":4})"},
        {SideEffectRecorded{Payload{"7"}, "f.cpp:3"},
         R"({"k":"SideEffectRecorded","value":7,"source":"f.cpp:3"})"},
        {whole_child(),
         R"({"k":"ChildInitiated","type":"t","workflow_id":"w","input":[1],"parent_close":"abandon",)"
         R"("cancellation":"try_cancel","reuse":"reject","queue":"q","run_timeout":5,)"
         R"("run":"0190a5b0-7c3e-7a10-8000-000000000001","source":"f.cpp:4"})"},
        {ChildInitiated{.type = "t", .workflow_id = "w", .input = Payload{"1"}, .run = some_run},
         R"({"k":"ChildInitiated","type":"t","workflow_id":"w","input":1,)"
         R"("run":"0190a5b0-7c3e-7a10-8000-000000000001"})"},
        {ChildCancelRequested{EventId{2}}, R"({"k":"ChildCancelRequested","initiated":2})"},
        {UpdateAccepted{"u-1", "add", Payload{"[1]"}},
         R"({"k":"UpdateAccepted","id":"u-1","name":"add","input":[1]})"},
        {UpdateCompleted{EventId{3}, Payload{"2"}, {}}, R"({"k":"UpdateCompleted","accepted":3,"result":2})"},
        {UpdateCompleted{EventId{3}, {}, whole_failure()},
         R"({"k":"UpdateCompleted","accepted":3,"failure":)" + failure + "}"},
        {ExternalSignalOrdered{"w", "approve", Payload{"true"}, "f.cpp:6"},
         R"({"k":"ExternalSignalOrdered","workflow_id":"w","name":"approve","input":true,"source":"f.cpp:6"})"},
        {ExternalCancelOrdered{"w", "why", "f.cpp:7"},
         R"({"k":"ExternalCancelOrdered","workflow_id":"w","reason":"why","source":"f.cpp:7"})"},
        {ExternalDelivered{EventId{2}}, R"({"k":"ExternalDelivered","ordered":2})"},
        {ExternalFailed{EventId{2}, whole_failure()},
         R"({"k":"ExternalFailed","ordered":2,"failure":)" + failure + "}"},
        {StatePublished{"stage", Payload{"\"ringing\""}, "f.cpp:5"},
         R"({"k":"StatePublished","key":"stage","value":"ringing","source":"f.cpp:5"})"},
        {ActivityOrdered{EventId{2}, true}, R"({"k":"ActivityOrdered","scheduled":2,"stop":true})"},
        {CodeStarted{}, R"({"k":"CodeStarted"})"},
        {WorkflowCompleted{Payload{"null"}}, R"({"k":"WorkflowCompleted","result":null})"},
        {WorkflowFailed{whole_failure()}, R"({"k":"WorkflowFailed","failure":)" + failure + "}"},
        {WorkflowCanceled{Failure{.kind = FailureKind::canceled}},
         R"({"k":"WorkflowCanceled","failure":{"kind":"canceled"}})"},
        {WorkflowTimedOut{"1 h"}, R"({"k":"WorkflowTimedOut","reason":"1 h"})"},
        {WorkflowTerminated{"fraud", "ann"},
         R"({"k":"WorkflowTerminated","reason":"fraud","identity":"ann"})"},
        {WorkflowContinuedAsNew{some_run, "t", Payload{"8"}, {{"deny", Payload{"{}"}, "r-2"}}, 4us},
         R"({"k":"WorkflowContinuedAsNew","run":"0190a5b0-7c3e-7a10-8000-000000000001","type":"t",)"
         R"("input":8,"signals":[{"name":"deny","input":{},"request_id":"r-2"}],"run_timeout":4})"},
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
    CHECK_THROWS_WITH(static_cast<void>(decode_event(R"({"k":"MoonRisen"})")),
                      "k: unknown event kind \"MoonRisen\": recorded by a newer build?");
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
