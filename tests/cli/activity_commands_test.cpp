// activity ...: jobs, what waits for an answer, and an operator's hand on it.

#include <doctest/doctest.h>

#include <chrono>
#include <mutex>

#include "tests/cli/workplace.hpp"
#include "tests/support/eventually.hpp"

namespace test {
namespace {

using namespace durable;
using namespace std::chrono_literals;
using Answer = boost::asio::awaitable<int>;

constexpr Activity<int, int> approve{"approve", {.start_to_close = 1h}};
constexpr Activity<int, int> twice{"twice", {.start_to_close = 30s}};
constexpr Activity<int, int> broken{"broken", {.start_to_close = 30s}};

Answer run_approve(ActivityContext& context, int) {
    context.complete_later();
    co_return 0;
}
Answer run_twice(ActivityContext&, int value) {
    co_return 2 * value;
}
Answer run_broken(ActivityContext&, int) {
    throw ApplicationError{"Broken", "the vendor is down"};
    co_return 0;
}

/// A database with a worker that knows three activities and no workflow.
struct Shop : Workplace {
    Shop() {
        activities.external(approve, run_approve);
        activities.async(twice, run_twice);
        activities.async(broken, run_broken);
        start_worker("shop");
    }
    /// Waits until the job's activity is in that state, and gives what list says of it.
    nlohmann::json in_state(const std::string& id, const std::string& state) {
        nlohmann::json found;
        REQUIRE(eventually([&] {
            found = callflex({"activity", "list", "--prefix", id, "--state", state, "-o", "json"}).json();
            return found.size() == 1;
        }));
        return found.at(0);
    }
    void job(const std::string& type, const std::string& id) {
        const auto started = callflex(
            {"activity", "start", type, "--id", id, "-i", "1", "--start-to-close", "1h", "-o", "json"});
        REQUIRE(started.code == 0);
        CHECK(started.json().at("activity_id") == id);
    }
    [[nodiscard]] std::string token() const {
        return database.value(
            "select concat_ws('.', run_id, activity, epoch, lpad(to_hex(token), 16, '0')) "
            "from engine.activities where awaiting");
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    Shop, "activities of one type are paused in every run that matches, by a job that a worker does") {
    for (const char* id : {"broken-1", "broken-2"}) {
        job("broken", id);
        in_state(id, "retrying");
    }
    job("approve", "approval");
    in_state("approval", "awaiting");
    const auto made = callflex({"activity", "pause", "-q", "Type = 'durable.activity'", "--type", "broken",
                                "--yes", "--reason", "ticket 12"});
    CHECK(made.code == 0);
    CHECK(made.has("2 activities, 50 a second"));
    for (const char* id : {"broken-1", "broken-2"}) in_state(id, "paused");
    in_state("approval", "awaiting");
    CHECK(callflex({"batch", "list"}).has("activity pause"));
    CHECK(callflex({"audit", "list", "-o", "json"}).out.find("activity pause") != std::string::npos);
}

TEST_CASE_FIXTURE(Shop,
                  "activity execute runs a job and prints its result; start and result do it in two steps") {
    const auto printed = callflex({"activity", "execute", "twice", "-i", "21", "--start-to-close", "30s"});
    CHECK(printed.code == 0);
    CHECK(printed.has("42"));
    job("twice", "job-1");
    const auto result = callflex({"activity", "result", "job-1", "-o", "json"});
    CHECK(result.code == 0);
    CHECK(result.json().at("result") == 2);
    const auto again = callflex({"activity", "start", "twice", "--id", "job-1", "-i", "1", "--start-to-close",
                                 "1h", "--reuse", "reject"});
    CHECK(again.code == 6);
    CHECK(callflex({"activity", "list", "--jobs", "-o", "json"}).json().size() == 2);
    const auto unlimited = callflex({"activity", "start", "twice", "-i", "1"});
    CHECK(unlimited.code == 2);
    CHECK(unlimited.err.find("start_to_close") != std::string::npos);
}

TEST_CASE_FIXTURE(Shop, "what was handed out is listed, beaten and completed by its token, once") {
    job("approve", "order");
    const auto listed = in_state("order", "awaiting");
    CHECK(listed.at("type") == "approve");
    CHECK(listed.at("event") == 2);
    const std::string order = token();
    const auto beat = callflex({"activity", "heartbeat", order, "-i", "{\"page\":7}", "-o", "json"});
    CHECK(beat.json().at("cancel_requested") == false);
    const auto done = callflex({"activity", "complete", order, "-i", "5", "-o", "json"});
    CHECK(done.json().at("accepted") == true);
    CHECK(callflex({"activity", "result", "order", "-o", "json"}).json().at("result") == 5);
    CHECK(callflex({"activity", "complete", order, "-i", "5", "-o", "json"}).json().at("repeated") == true);
    const auto other = callflex({"activity", "complete", order, "-i", "6"});
    CHECK(other.code == 6);
    CHECK(other.err.find("has ended already") != std::string::npos);
    CHECK(callflex({"activity", "complete", "nonsense", "-i", "6"}).code == 2);
}

TEST_CASE_FIXTURE(Shop, "an operator completes by run and event, and fails by token") {
    job("approve", "by-hand");
    in_state("by-hand", "awaiting");
    const auto done = callflex({"activity", "complete", "by-hand", "2", "-i", "1", "-r", "phoned"});
    CHECK(done.code == 0);
    CHECK(callflex({"activity", "result", "by-hand", "-o", "json"}).json().at("result") == 1);
    CHECK(database.value("select reason from engine.audit where verb = 'activity skip'") == "phoned");
    job("approve", "refused");
    in_state("refused", "awaiting");
    CHECK(callflex({"activity", "fail", token(), "-m", "no", "--final"}).code == 0);
    const auto result = callflex({"activity", "result", "refused", "-o", "json"});
    CHECK(result.code == 1);
    CHECK(result.json().at("status") == "failed");
}

TEST_CASE_FIXTURE(Shop, "an operator holds, changes and skips an activity that fails again and again") {
    job("broken", "webhook");
    in_state("webhook", "retrying");
    CHECK(callflex({"activity", "pause", "webhook", "2", "--reason", "their server is down"}).code == 0);
    const auto paused = in_state("webhook", "paused");
    CHECK(paused.at("paused").at("reason") == "their server is down");
    CHECK(callflex({"activity", "list"}).has("their server is down"));
    CHECK(callflex({"activity", "describe", "webhook", "2"}).has("paused"));
    CHECK(callflex({"workflow", "why", "webhook", "-o", "json"}).json().at("kind") == "activity_paused");
    CHECK(callflex({"workflow", "describe", "webhook"}).has("paused by"));
    const auto retry = callflex({"activity", "retry", "webhook", "2"});
    CHECK(retry.code == 6);
    CHECK(retry.err.find("is paused by") != std::string::npos);
    const auto changed =
        callflex({"activity", "update-options", "webhook", "2", "--initial-interval", "1h", "-o", "json"});
    CHECK(changed.json().at("changed") == true);
    CHECK(callflex({"activity", "edit-input", "webhook", "2", "-i", "9"}).code == 0);
    CHECK(callflex({"activity", "describe", "webhook", "2", "-o", "json"}).json().at("input") == 9);
    CHECK(callflex({"activity", "unpause", "webhook", "2"}).code == 0);
    in_state("webhook", "retrying");
    CHECK(callflex({"activity", "reset", "webhook", "2"}).code == 0);
    CHECK(callflex({"activity", "skip", "webhook", "2", "-i", "3", "-r", "by hand"}).code == 0);
    CHECK(callflex({"activity", "result", "webhook", "-o", "json"}).json().at("result") == 3);
    CHECK(database.value("select count(*) from engine.audit") == "6");
}

TEST_CASE_FIXTURE(Shop, "what is not there is said so, with what to do") {
    job("approve", "there");
    in_state("there", "awaiting");
    CHECK(callflex({"activity", "pause", "nobody", "2"}).code == 3);
    const auto event = callflex({"activity", "pause", "there", "9"});
    CHECK(event.code == 3);
    CHECK(event.err.find("activity list") != std::string::npos);
    CHECK(callflex({"activity", "describe", "there", "9"}).code == 3);
    const auto none = callflex({"activity", "list", "--unknown"});
    CHECK(none.code == 0);
    CHECK(none.err.find("known outcome") != std::string::npos);
}

}  // namespace test
