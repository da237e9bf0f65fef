// What a scheduled run is told of the ones before it, with a worker that runs their code.

#include "engine/worker/worker.hpp"
#include "tests/schedule/office.hpp"
#include "tests/support/eventually.hpp"

using namespace test;

namespace {

inline constexpr WorkflowType<Nothing, std::string> relay{"relay"};
inline constexpr Signal<std::string> word{"word"};

/// What it was told, and the word that it gets; "fail" and "again" are orders.
Task<std::string> pass_on(Workflow& wf, Nothing) {
    const std::string told = wf.previous_result<std::string>().value_or("");
    const auto& failure = wf.info().previous_failure;
    const std::string got = co_await wf.signals(word).receive();
    if (got == "fail") throw ApplicationError{"Refused", "the word was fail"};
    if (got == "again") wf.continue_as_new(Nothing{});
    co_return told + (failure ? "!" : "") + got;
}

class Relay : public Office {
  public:
    Relay() {
        workflows.add(relay, pass_on);
        worker::WorkerOptions options;
        options.connection_string = database.url();
        options.name = "test";
        options.build = "build-1";
        options.sweep_every = 50ms;
        working.emplace(options, workflows, activities);
        working->start();
    }
    ScheduleSpec spec(OverlapPolicy overlap = OverlapPolicy::skip) const {
        ScheduleSpec spec = spec_of("@yearly");
        spec.overlap = overlap;
        spec.workflow = scheduled(relay, {});
        return spec;
    }
    /// A run of the schedule.
    store::RunRef begin() {
        const auto decision = client.trigger("test");
        REQUIRE(decision.fate == ScheduleFate::started);
        return {.workflow = decision.workflow};
    }
    client::RunResult end(const store::RunRef& run, const std::string& with) {
        runs_.signal(run, word, with, {});
        return runs_.wait_result(run, 60s);
    }
    std::string result(const std::string& with) { return decode<std::string>(end(begin(), with).result); }
    history::WorkflowStarted start_of(const store::RunRef& run) {
        const auto history = runs_.history(runs_.resolve(run).value());
        return std::get<history::WorkflowStarted>(history.at(0).arrived.at(0));
    }

    WorkflowRegistry workflows;
    worker::ActivityRegistry activities;
    std::optional<worker::Worker> working;
    client::Client runs_{{.connection_string = database.url()}};
};

}  // namespace

TEST_CASE_FIXTURE(Relay, "a run is told what the newest completed one gave; the first is told nothing") {
    apply(spec());
    CHECK(result("a") == "a");
    CHECK(result("b") == "ab");
    CHECK(result("c") == "abc");
}

TEST_CASE_FIXTURE(Relay, "after a failure a run is told that, and the result before it; success clears it") {
    apply(spec());
    CHECK(result("a") == "a");
    CHECK(end(begin(), "fail").status == replay::RunStatus::failed);
    const auto third = begin();
    CHECK(start_of(third).previous_failure->message == "the word was fail");
    CHECK(decode<std::string>(end(third, "b").result) == "a!b");
    CHECK(result("c") == "a!bc");
}

TEST_CASE_FIXTURE(Relay, "an end from outside is neither a result nor a failure") {
    apply(spec());
    CHECK(result("a") == "a");
    const auto ended = begin();
    runs_.terminate(ended, "enough", "test");
    CHECK(result("b") == "ab");
}

TEST_CASE_FIXTURE(Relay, "a chain hands on what it was told, and its last run's result counts") {
    apply(spec());
    CHECK(result("a") == "a");
    const auto chain = begin();
    runs_.signal(chain, word, std::string{"again"}, {});
    CHECK(decode<std::string>(end(chain, "b").result) == "ab");
    CHECK(result("c") == "abc");
}

TEST_CASE_FIXTURE(Relay, "each of those that waited for each other is told what the one before gave") {
    apply(spec(OverlapPolicy::buffer_all));
    const auto first = begin();
    const auto second = client.trigger("test");
    CHECK(second.fate == ScheduleFate::waits);
    end(first, "a");
    const store::RunRef run{.workflow = WorkflowId{"test-" + to_string(second.nominal)}};
    REQUIRE(eventually([&] { return runs_.resolve(run).has_value(); }));
    CHECK(decode<std::string>(end(run, "b").result) == "ab");
}

TEST_CASE_FIXTURE(Relay,
                  "runs of allow_all are told nothing and tell nothing: they do not follow each other") {
    apply(spec());
    CHECK(result("a") == "a");
    apply(spec(OverlapPolicy::allow_all));
    CHECK(result("b") == "b");
    apply(spec());
    CHECK(result("c") == "ac");
}

TEST_CASE_FIXTURE(Relay, "another tenant's run is not told, and neither is another type's") {
    apply(spec());
    CHECK(result("a") == "a");
    ScheduleSpec other = spec();
    other.workflow.tenant = Tenant{"somebody else"};
    apply(other);
    CHECK(result("b") == "b");
    apply(spec());
    CHECK_MESSAGE(result("c") == "c", "the newest result is the other tenant's");
}

TEST_CASE_FIXTURE(Relay, "a result that went with its run is not handed on, and nobody waits for it") {
    apply(spec());
    const auto first = begin();
    end(first, "a");
    runs_.remove(first, false, "a test", "test");
    CHECK(result("b") == "b");
}
