#pragma once
// What the store's tests share: a database, runs in it, and activations written by hand (the store neither
// replays nor decides, so the tests need no workflow).

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/id_source.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/worker_store.hpp"
#include "tests/support/database.hpp"

namespace test {

using namespace durable;
using namespace durable::store;

class StoreFixture {
  public:
    StoreFixture();

    Database database;
    IdSource ids;

    /// What `act` returns, given a transaction of the application that is committed then.
    template <class Act>
    auto in_transaction(Act act) {
        return application_.in_transaction(act);
    }

    [[nodiscard]] StartRequest request(const std::string& workflow_id);
    StartResult start(const StartRequest& request);
    std::vector<StartResult> start(const std::vector<StartRequest>& requests);
    /// `count` new runs with ids "<prefix>-<number>", in one transaction.
    std::vector<RunId> start_many(int count, const std::string& prefix = "run");
    SendResult send(RunId run, const history::Event& event, const std::string& request_id = {});
    SendResult signal(RunId run, const std::string& name, const std::string& request_id = {});
    /// A worker's registration, without a process behind it.
    WorkerNo register_worker(const std::string& name = "worker");

    [[nodiscard]] std::optional<RunInfo> describe(RunId run);
    [[nodiscard]] std::vector<HistoryRow> history(RunId run);

  private:
    KeptSession application_{database.url()};
};

/// The next activation of a claimed run: `commands`, at its place.
[[nodiscard]] HistoryRow activation(const ClaimedRun& run, std::vector<history::Event> commands);
/// A commit of the run with one activation that holds these commands.
[[nodiscard]] RunCommit commit_of(const ClaimedRun& run, std::vector<history::Event> commands,
                                  RunCommit::Next next = RunCommit::Next::keep);
[[nodiscard]] RunCommit close_of(const ClaimedRun& run);
[[nodiscard]] RunCommit release_of(const ClaimedRun& run, std::optional<Timestamp> wake_at);
/// What the run is after its commit has succeeded.
[[nodiscard]] ClaimedRun after(ClaimedRun run, const RunCommit& commit);
[[nodiscard]] history::ActivityScheduled activity(const std::string& type = "work");
/// A row for the activity that the run's event `id` has scheduled.
[[nodiscard]] ActivityRow row_of(const ClaimedRun& run, EventId id, Timestamp now,
                                 const history::ActivityScheduled& scheduled = activity());

inline std::vector<ClaimedRun> claim(HotConnection& hot, WorkerNo worker, int limit = 10) {
    return hot.commit({worker, {}, {"default", limit}}).claimed;
}

}  // namespace test
