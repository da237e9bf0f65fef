#pragma once
// Threads that replay pages of runs, each with findings of its own; added up when all is done. The registry
// is constant and shared; pages change hands through a short line, so that reading never runs far ahead.
//
// Owned and called by one thread.

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "engine/deploy/rehearsal.hpp"

namespace durable::deploy {

class Crew {
  public:
    /// What one thread has found, or all of them.
    struct Found {
        std::int64_t events = 0;
        std::set<std::string> types;
        std::set<std::string> builds;
        std::vector<Breakage> breakages;
        std::vector<PatchUse> patches;
        std::vector<RunId> unreadable;
    };

    /// `threads`: 0 means as many as there are cores. `registry` must outlive the crew.
    Crew(const WorkflowRegistry& registry, Timestamp now, int threads);
    /// Without finish(): what waits is dropped.
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// Waits while enough is in line already.
    void replay(std::vector<store::StoredRun> page);
    /// Everything that was found; throws what a thread threw. Once, at the end.
    [[nodiscard]] Found finish();

  private:
    using Page = std::vector<store::StoredRun>;

    void work(Found& found);
    [[nodiscard]] bool next(Page& page);
    void take(Found& found, const store::StoredRun& run) const;
    void stop();

    const WorkflowRegistry& registry_;
    const Timestamp now_;
    std::mutex mutex_;  // guards the four below
    std::condition_variable changed_;
    std::deque<Page> waiting_;
    bool ended_ = false;
    std::exception_ptr trouble_;
    std::vector<Found> found_;  ///< one a thread, its own until it is joined
    std::vector<std::thread> threads_;
};

}  // namespace durable::deploy
