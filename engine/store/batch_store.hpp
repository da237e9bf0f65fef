#pragma once
// What a worker asks of the database for batch jobs: a connection of its own, one transaction a call. One
// thread. A call whose outcome is unknown is simply made again: a page that had committed is behind the job
// already.

#include <memory>
#include <optional>
#include <string>

#include "engine/store/batches.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {

class BatchStore {
  public:
    /// `workflows` must outlive it.
    BatchStore(std::string connection_string, const WorkflowRegistry& workflows, Faults faults = {});
    ~BatchStore();

    // Both throw StoreUnavailable when the database does not answer or asks to come again, and
    // std::exception for what coming again does not mend.
    /// Until a page is due; none: there is no job.
    std::optional<Duration> wait();
    /// None: nothing is due, or another worker is at it.
    std::optional<BatchPage> take_page();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::store
