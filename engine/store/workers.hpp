#pragma once
// Who could do work now, for `why`, `doctor` and other readers. Works through a transaction pooler. Not
// thread-safe beyond the transaction given.

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

/// A worker that has not ended and whose lease is not over, by the database's clock.
struct LiveWorker {
    WorkerNo number;
    std::string name;
    std::string build;
    std::string queue;
    Timestamp started_at;
    Timestamp lease_until;
};
/// By number.
[[nodiscard]] std::vector<LiveWorker> live_workers(pqxx::transaction_base& tx);

}  // namespace durable::store
