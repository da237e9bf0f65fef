#pragma once
// Activity rows with limits and priorities, and every way in which one can end.

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/store/fixture.hpp"

namespace test {

class LimitedRows : public StoreFixture {
  public:
    LimitedRows();

    /// New runs, each with one row that is due now. In one transaction.
    std::vector<RunId> store_rows(int count, const history::ActivityScheduled& scheduled,
                                  const std::string& queue = "default");
    std::vector<ClaimedActivity> take(int limit = 100);
    [[nodiscard]] std::multiset<std::string> keys_of(const std::vector<ClaimedActivity>& taken) const;

    [[nodiscard]] static ActivityEnd end_of(const ClaimedActivity& activity);
    void end(const ClaimedActivity& activity);
    void retry(const ClaimedActivity& activity, Timestamp at);
    void end_transactionally(const ClaimedActivity& activity);
    void close(RunId run);
    void terminate(RunId run);
    void settle(const ClaimedActivity& activity);
    /// Asks every row that nobody runs to stop.
    void cancel_waiting();
    ControlConnection::Swept sweep();

    [[nodiscard]] std::set<std::string> broken_invariants() const;
    void check_invariants() const;
    /// A statement of the store with these values, as SQL, in place of its parameters.
    [[nodiscard]] static std::string text_of(const std::string& name,
                                             std::initializer_list<std::string> values);

    WorkerNo worker;
    HotConnection hot;
    ActivityStore store;

  private:
    [[nodiscard]] ClaimedRun& held(RunId run);
    std::vector<ClaimedRun> runs_;
    int serial_ = 0;
};

[[nodiscard]] history::ActivityScheduled limited(const ActivityLimit& limit);
[[nodiscard]] history::ActivityScheduled with_priority(int priority);

}  // namespace test
