// The loop in a worker: it declares, acts and wakes by itself.

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "engine/worker/schedule_loop.hpp"
#include "engine/worker/worker.hpp"
#include "tests/schedule/office.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using Times = std::vector<std::string>;

namespace {

inline constexpr WorkflowType<Nothing, std::string> tells_its_time{"tells_its_time"};

Task<std::string> tell_time(Workflow& wf, Nothing) {
    co_return wf.info().scheduled_for ? to_string(*wf.info().scheduled_for) : "by hand";
}

using ::test::eventually;

/// What a loop reports. Thread-safe.
class Reports {
  public:
    [[nodiscard]] worker::ScheduleLoop::Observer observer() {
        worker::ScheduleLoop::Observer observer;
        observer.applied = [this](const store::ScheduleChanges&) { count(applied_); };
        observer.acted = [this](const std::string&, const ScheduleTurn&) { count(acted_); };
        observer.trouble = [this](const std::string&) { count(troubled_); };
        return observer;
    }
    [[nodiscard]] bool applied() { return reached(applied_, 1); }
    [[nodiscard]] bool acted(int times) { return reached(acted_, times); }
    [[nodiscard]] bool troubled() { return reached(troubled_, 1); }

  private:
    void count(int& what) {
        const std::lock_guard lock{mutex_};
        ++what;
        changed_.notify_all();
    }
    bool reached(const int& what, int times) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 20s, [&] { return what >= times; });
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    int applied_ = 0;
    int acted_ = 0;
    int troubled_ = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Office, "a worker declares its schedules, runs them, and the code reads its nominal time") {
    go_to("2026-11-21T00:59:50Z");
    WorkflowRegistry workflows;
    workflows.add(tells_its_time, tell_time);
    const worker::ActivityRegistry activities;
    worker::WorkerOptions options;
    options.connection_string = database.url();
    options.name = "test";
    options.build = "build-1";
    options.sweep_every = 50ms;
    options.schedules = {spec_of("@hourly")};
    options.schedules.front().workflow = scheduled(tells_its_time, {});
    worker::Worker working{options, workflows, activities};
    working.start();
    client::Client runs{{.connection_string = database.url()}};
    const store::RunRef run{.workflow = WorkflowId{"test-2026-11-21T01:00:00Z"}};
    REQUIRE(eventually([&] { return !client.list().empty(); }));
    go_to("2026-11-21T01:00:00Z");
    REQUIRE(eventually([&] { return runs.resolve(run).has_value(); }));
    CHECK(runs.result(tells_its_time, run, 20s) == "2026-11-21T01:00:00Z");
}

TEST_CASE_FIXTURE(Office, "a loop wakes for the next nominal time by itself, however long it may sleep") {
    go_to("2026-11-21T00:59:58Z");
    Reports reports;
    const worker::ScheduleLoop loop{{database.url(), {}, {spec_of("@hourly")}, 60s}, reports.observer()};
    REQUIRE(reports.applied());
    CHECK(reports.acted(1));
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Office, "a loop gets over a crash in the middle of a turn by itself") {
    std::atomic<int> crashes{1};
    store::Faults faults;
    faults.hook = [&crashes](store::Faults::Point point, const char*) {
        return point == store::Faults::Point::before_send && crashes-- > 0;
    };
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    go_to("2026-11-21T01:00:00Z");
    Reports reports;
    const worker::ScheduleLoop loop{{database.url(), faults, {}, 50ms}, reports.observer()};
    CHECK(reports.troubled());
    CHECK(reports.acted(1));
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Office,
                  "a loop that meets a schedule it does not understand complains and acts on the others") {
    ScheduleSpec broken = spec_of("@hourly");
    broken.id = "broken";
    go_to("2026-11-21T00:30:00Z");
    client.apply(std::vector{broken, spec_of("@hourly")});
    database.execute(
        "update engine.schedules set spec = replace(spec, '@hourly', '@never') where schedule_id = 'broken'");
    go_to("2026-11-21T01:00:00Z");
    Reports reports;
    const worker::ScheduleLoop loop{{database.url(), {}, {}, 50ms}, reports.observer()};
    CHECK(reports.acted(1));
    CHECK(reports.troubled());
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Office, "a loop whose declarations are wrong complains and acts on what is there") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    go_to("2026-11-21T01:00:00Z");
    Reports reports;
    const worker::ScheduleLoop loop{{database.url(), {}, {spec_of("@never")}, 50ms}, reports.observer()};
    CHECK(reports.acted(1));
    CHECK(reports.troubled());
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Office, "the look at what is due is served by the index, with a thousand schedules") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    database.execute(
        "insert into engine.schedules (schedule_id, spec, next_nominal, next_at, created_at, updated_at) "
        "select 'many-' || n, spec, next_nominal, next_at + n * interval '1 minute', created_at, updated_at "
        "from engine.schedules cross join generate_series(1, 1000) as n");
    database.execute("analyze engine.schedules");
    pqxx::connection connection{database.url()};
    pqxx::nontransaction tx{connection};
    std::ifstream file{std::string{CALLFLEX_SOURCE_DIR} + "/engine/store/sql/schedules_due.sql"};
    std::string statement{std::istreambuf_iterator<char>{file}, {}};
    REQUIRE(statement.find("$1") != std::string::npos);
    statement.replace(statement.rfind("$1::integer"), 11, "100");
    std::string plan;
    for (const auto& row : tx.exec("explain " + statement)) plan += row[0].as<std::string>() + "\n";
    CHECK_MESSAGE(plan.find("schedules_by_time") != std::string::npos, plan);
    CHECK_MESSAGE(plan.find("Seq Scan on schedules") == std::string::npos, plan);
}
