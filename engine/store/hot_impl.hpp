#pragma once
// The inside of HotConnection.

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/store/batch_steps.hpp"
#include "engine/store/claims.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/retry_loop.hpp"
#include "engine/store/session.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {

class HotConnection::Impl {
  public:
    Impl(std::string connection_string, Faults faults);

    BatchResult commit(const Batch& batch);
    Delivered deliver_errands();
    /// Of each run; one that Postgres cannot read is unreadable, whatever the others are.
    void load(std::span<const LoadRequest> requests, std::vector<Loaded>& into);
    /// Runs a reading or blindly repeatable step until it succeeds or the deadline of the call has passed.
    Rows query(const Step& step);
    /// The same for several, in one transaction; `name` is for the fault hook.
    std::vector<Rows> query(const char* name, std::span<const Step> steps);

  private:
    class BatchRun;
    [[nodiscard]] std::vector<Loaded> read(std::span<const LoadRequest> requests);

    IdSource ids_;
    Session session_;
    QueueMemory claims_;
    /// Id of the batch whose outcome is still unknown from the last call: its runs may have been committed,
    /// its claim may have taken runs. The next call goes on with this id and so finds both.
    std::optional<std::int64_t> unsettled_;
};

}  // namespace durable::store
