// Messages to runs, and waiting for their ends, with notifications and without.

#include <doctest/doctest.h>

#include <future>

#include "tests/client/office.hpp"
#include "tests/support/eventually.hpp"

namespace test {

TEST_CASE("a result is seen whether notifications are on or off") {
    for (const bool notifications : {true, false}) {
        CAPTURE(notifications);
        Office office{notifications};
        const auto clerk = office.hire();
        const auto run = office.start(greeting, "g");
        auto waiting =
            std::async(std::launch::async, [&] { return office.client.result(greeting, run, 20s); });
        REQUIRE(clerk->work() == 1);
        CHECK(waiting.get() == "hello");
    }
}

TEST_CASE("many threads may wait on one client") {
    Office office;
    const auto clerk = office.hire();
    std::vector<std::future<std::string>> waiting;
    for (int i = 0; i < 12; ++i) {
        const auto run = office.start(greeting, "g-" + std::to_string(i));
        waiting.push_back(
            std::async(std::launch::async, [&, run] { return office.client.result(greeting, run, 30s); }));
    }
    CHECK(clerk->work() == 12);
    for (auto& result : waiting) CHECK(result.get() == "hello");
}

TEST_CASE("a client listens while somebody waits, and leaves no session unread after that") {
    Office office;
    const auto listening = [&] {
        return office.database.value(
            "select count(*) from pg_stat_activity where datname = current_database() and "
            "application_name = 'callflex closed listener'");
    };
    for (const std::string id : {"a", "b"}) {
        const auto run = office.start(approval, id);
        auto waiting = std::async(std::launch::async, [&] { return office.client.wait_result(run, 1min); });
        CHECK(eventually([&] { return listening() == "1"; }));
        CHECK(office.client.terminate(run, "enough", "tester") == store::SendResult::delivered);
        CHECK(waiting.get().status == replay::RunStatus::terminated);
        CHECK(eventually([&] { return listening() == "0"; }));
    }
}

TEST_CASE("waiting for a run that goes on ends with the time given") {
    Office office;
    const auto run = office.start(approval, "a");
    const auto begun = std::chrono::steady_clock::now();
    CHECK_THROWS_AS((void)office.client.wait_result(run, 150ms), client::WaitTimedOut);
    CHECK(std::chrono::steady_clock::now() - begun >= 150ms);
    CHECK_THROWS_AS((void)office.client.wait_result(run, 0ms), client::WaitTimedOut);
}

TEST_CASE("waiting for a run that never was says so at once") {
    Office office;
    CHECK_THROWS_AS((void)office.client.wait_result({.run = office.client.new_run_id()}, 10s),
                    client::NotFound);
    CHECK_THROWS_AS((void)office.client.wait_result({.workflow = WorkflowId{"ghost"}}, 10s),
                    client::NotFound);
}

TEST_CASE("a terminated run gives its reason to those who wait") {
    Office office;
    const auto run = office.start(approval, "a");
    auto waiting = std::async(std::launch::async, [&] { return office.client.wait_result(run, 20s); });
    CHECK(office.client.terminate(run, "no longer wanted", "tester") == store::SendResult::delivered);
    const auto ended = waiting.get();
    CHECK(ended.status == replay::RunStatus::terminated);
    REQUIRE(ended.failure);
    CHECK(ended.failure->kind == FailureKind::terminated);
    CHECK(ended.failure->message == "no longer wanted (by tester)");
    CHECK_THROWS_AS((void)office.client.result(approval, run, 1s), DurableError);
    CHECK(office.client.terminate(run, "again", "tester") == store::SendResult::closed);
}

TEST_CASE("a cancelled run ends as canceled, by its own code") {
    Office office;
    const auto run = office.start(approval, "a");
    CHECK(office.client.cancel(run, "changed my mind", "tester") == store::SendResult::delivered);
    REQUIRE(office.hire()->work() == 1);
    const auto ended = office.client.wait_result(run, 5s);
    CHECK(ended.status == replay::RunStatus::canceled);
    REQUIRE(ended.failure);
    CHECK(ended.failure->kind == FailureKind::canceled);
}

TEST_CASE("a signal is received once for its request id, and refused after the end") {
    Office office;
    const auto run = office.start(approval, "a");
    CHECK(office.client.signal(run, approve, std::string{"yes"}, "r-1") == store::SendResult::delivered);
    CHECK(office.client.signal(run, approve, std::string{"no"}, "r-1") == store::SendResult::duplicate);
    CHECK(office.client.describe(run)->inbox_waiting == 1);
    REQUIRE(office.hire()->work() == 1);
    CHECK(office.client.result(approval, run, 5s) == "yes");
    CHECK(office.client.signal(run, approve, std::string{"late"}) == store::SendResult::closed);
    const store::RunRef ghost{.run = office.client.new_run_id()};
    CHECK(office.client.signal(ghost, approve, std::string{"?"}) == store::SendResult::not_found);
    CHECK(office.client.cancel(ghost, "", "") == store::SendResult::not_found);
    CHECK(office.client.terminate(ghost, "", "") == store::SendResult::not_found);
}

TEST_CASE("signals without a request id are all received") {
    Office office;
    const auto run = office.start(approval, "a");
    CHECK(office.client.signal(run, approve, std::string{"one"}) == store::SendResult::delivered);
    CHECK(office.client.signal(run, approve, std::string{"one"}) == store::SendResult::delivered);
    CHECK(office.client.describe(run)->inbox_waiting == 2);
}

}  // namespace test
