#pragma once
// What the client's tests share: a database, a client, workflows that wait in different ways, and a worker
// reduced to its steps, so that a test can stop the world between any two of them.

#include <boost/describe.hpp>
#include <memory>
#include <string>

#include "engine/client/client.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/workflow/registry.hpp"
#include "tests/support/database.hpp"

namespace test {

using namespace durable;
using namespace std::chrono_literals;

inline constexpr Activity<Nothing, Nothing> knock{"knock", {.start_to_close = 30s}};
inline constexpr WorkflowType<Nothing, std::string> greeting{"greeting"};  // ends at once
inline constexpr WorkflowType<Nothing, Nothing> knocking{"knocking"};      // waits for an activity
inline constexpr WorkflowType<Nothing, Nothing> sleeping{"sleeping"};      // for a timer
inline constexpr WorkflowType<Nothing, std::string> approval{"approval"};  // for a signal
inline constexpr WorkflowType<Nothing, Nothing> doubting{"doubting"};      // for a condition
inline constexpr Signal<std::string> approve{"approve"};

/// `forgetful`: a build that has lost the approval workflow's wait.
[[nodiscard]] WorkflowRegistry office_workflows(bool forgetful = false);

/// One worker's steps, by hand. One thread.
class Clerk {
  public:
    Clerk(const std::string& url, const WorkflowRegistry& workflows, const std::string& name = "clerk");

    /// Claims what is due, runs its code once, commits. Activities get a row when `rows` is set, else stay
    /// eager.
    int work(bool rows = false);
    /// Claims what is due and leaves it.
    std::vector<store::ClaimedRun> claim();
    /// Ends an activity row's attempt with a failure; the next one is due in an hour.
    void fail_activity(const std::string& message);
    /// Takes the activity row and keeps it.
    store::ClaimedActivity take_activity();
    void deregister() { control_.deregister(); }

  private:
    store::RunCommit run(const store::ClaimedRun& run, Timestamp now, bool rows);

    const WorkflowRegistry& workflows_;
    store::ControlConnection control_;
    store::HotConnection hot_;
    store::ActivityStore activities_;
};

class Office {
  public:
    explicit Office(bool notifications = true);

    template <class Input, class Output>
    store::RunRef start(const WorkflowType<Input, Output>& type, const std::string& id) {
        return store::RunRef{.run = client.start(type, Input{}, {.workflow = WorkflowId{id}}).run};
    }
    [[nodiscard]] client::Why why(const store::RunRef& run) { return client.why(workflows, run); }
    [[nodiscard]] std::unique_ptr<Clerk> hire(const std::string& name = "clerk") {
        return std::make_unique<Clerk>(database.url(), workflows, name);
    }

    Database database;
    WorkflowRegistry workflows = office_workflows();
    client::Client client;
};

}  // namespace test
