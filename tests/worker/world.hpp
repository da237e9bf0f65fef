#pragma once
// What the worker's tests share: a database, a few small workflows and activities whose doings can be
// watched, and workers made to order.

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/runs.hpp"
#include "engine/worker/worker.hpp"
#include "tests/support/database.hpp"
#include "tests/support/eventually.hpp"

namespace durable::test {

using namespace std::chrono_literals;

/// What activities did and are told to do. Thread-safe.
class Probe {
  public:
    void count(const std::string& what);
    [[nodiscard]] int seen(const std::string& what) const;
    void set(const std::string& what, int value);
    /// One less than it was; false when it was zero.
    [[nodiscard]] bool use_up(const std::string& what);
    void say(const std::string& what, const std::string& text);
    /// "" if nothing was said.
    [[nodiscard]] std::string said(const std::string& what) const;
    /// Told of whoever comes in (1) and goes out (-1); set before there is work.
    void watch_door(std::function<void(int)> told) { told_ = std::move(told); }
    void pass_door(int change) const {
        if (told_) told_(change);
    }

  private:
    std::function<void(int)> told_;
    mutable std::mutex mutex_;
    std::map<std::string, int> counts_;
    std::map<std::string, std::string> texts_;
};

[[nodiscard]] inline store::RunRef ref(RunId run) {
    return {.run = run};
}

using ::test::eventually;

// Activities
struct GateInput {
    std::string name;
    int after_cancel_ms = 0;  ///< clean-up time when asked to stop
};
BOOST_DESCRIBE_STRUCT(GateInput, (), (name, after_cancel_ms))
inline constexpr Activity<int, int> add_one{"add_one", {.start_to_close = 30s}};
/// Fails as often as the probe's "flaky" says.
inline constexpr Activity<int, int> flaky{
    "flaky", {.start_to_close = 30s, .initial_interval = 1h, .maximum_attempts = 5}};
/// Waits until the probe has seen "open <name>", or is asked to stop.
inline constexpr Activity<GateInput, int> gate{"gate", {.start_to_close = 60s, .maximum_attempts = 3}};
/// Waits for ever, deaf to everything.
inline constexpr Activity<int, int> deaf{"deaf", {.start_to_close = 100ms, .maximum_attempts = 1}};
/// Gives signs of life while "beating" lasts, then falls silent.
inline constexpr Activity<int, int> silent{
    "silent", {.start_to_close = 30s, .heartbeat = 150ms, .initial_interval = 1ms, .maximum_attempts = 2}};
/// Inserts a row into public.deposits, in the activity's own transaction.
inline constexpr Activity<int, int> deposit{
    "deposit", {.start_to_close = 30s, .initial_interval = 10ms, .maximum_attempts = 5}};
/// A vendor without idempotency keys; the probe says how it behaves.
inline constexpr Activity<int, int> send_once{"send_once",
                                              {.schedule_to_close = 30s,
                                               .start_to_close = 10s,
                                               .initial_interval = 10ms,
                                               .maximum_attempts = 3,
                                               .delivery = Delivery::at_most_once}};

// Workflows
inline constexpr WorkflowType<int, int> sequence{"sequence"};
inline constexpr WorkflowType<int, int> fan_out{"fan_out"};
inline constexpr WorkflowType<int, int> retrying{"retrying"};
inline constexpr WorkflowType<Duration, int> sleeper{"sleeper"};
inline constexpr WorkflowType<int, int> adder{"adder"};
inline constexpr WorkflowType<std::string, std::string> gated{"gated"};
inline constexpr WorkflowType<std::string, std::string> patient{"patient"};
inline constexpr WorkflowType<int, int> gated_adder{"gated_adder"};
inline constexpr WorkflowType<int, std::string> impatient{"impatient"};
inline constexpr WorkflowType<int, int> depositor{"depositor"};
inline constexpr WorkflowType<int, std::string> sender{"sender"};
inline constexpr WorkflowType<int, int> changing{"changing"};
inline constexpr WorkflowType<int, int> fatal{"fatal"};  // its code ends the process, given 1
inline constexpr Signal<int> amount{"amount"};

[[nodiscard]] WorkflowRegistry test_workflows(bool changed_code = false);
[[nodiscard]] worker::ActivityRegistry test_activities(const std::shared_ptr<Probe>& probe);

[[nodiscard]] worker::WorkerOptions worker_options(const std::string& url, const std::string& name = "test");

/// `count` runs of a type with ids "<prefix>-<n>" of the tenant <prefix>, in transactions of 1,000. Needs no client, and
/// so no threads: a test may fork afterwards.
std::vector<RunId> start_masses(const ::test::Database& database, std::string_view type, int count,
                                const std::string& prefix,
                                const std::function<void(int, store::StartRequest&)>& prepare);

/// One test's database, client and registries.
class World {
  public:
    World();

    [[nodiscard]] std::unique_ptr<worker::Worker> start_worker(
        const std::function<void(worker::WorkerOptions&)>& change = {});
    template <class Input, class Output>
    RunId start(const WorkflowType<Input, Output>& type, const std::type_identity_t<Input>& input,
                const std::string& id) {
        return client().start(type, input, {.workflow = WorkflowId{id}}).run;
    }
    template <class Input, class Output>
    Output result(const WorkflowType<Input, Output>& type, RunId run,
                  std::chrono::milliseconds patience = 20s) {
        return client().result(type, ref(run), patience);
    }
    [[nodiscard]] replay::RunStatus status(RunId run);
    [[nodiscard]] bool open(RunId run) { return status(run) == replay::RunStatus::running; }
    [[nodiscard]] int number(const std::string& sql) const { return std::stoi(database.value(sql)); }
    /// No open run is owned, nothing is stuck, no rows are left over.
    void must_be_clean() const;
    void check_invariants() const;
    /// Made on first use, so that a test may fork before there are threads.
    client::Client& client();

    ::test::Database database;
    std::shared_ptr<Probe> probe = std::make_shared<Probe>();
    WorkflowRegistry workflows = test_workflows();
    worker::ActivityRegistry activities = test_activities(probe);

  private:
    std::unique_ptr<client::Client> client_;
};

}  // namespace durable::test
