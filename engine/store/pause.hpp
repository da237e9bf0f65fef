#pragma once
// Pausing runs: nothing of their code runs until they are unpaused. Inside the caller's transaction, like every verb of
// runs.hpp; each leaves an audit row, which names the batch job if one does it.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/store/runs.hpp"

namespace durable::store {

/// Attempts that run finish, and their results wait; retries, new attempts and timers wait, messages are collected,
/// queries are answered, time-outs are not held up. The worker that holds the run hears of it within 250 ms.
/// `duplicate`: it was paused before.
SendResult pause(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                 const std::string& identity, const std::optional<Uuid>& batch = {});
/// `duplicate`: it was not paused.
SendResult unpause(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                   const std::string& identity, const std::optional<Uuid>& batch = {});

[[nodiscard]] std::optional<PauseInfo> paused(pqxx::transaction_base& tx, RunId run);

/// For a worker's watchdog: pauses a run whose activation does not end, and takes it away. False if it is not that
/// worker's any more.
bool quarantine(pqxx::transaction_base& tx, RunId run, WorkerNo worker, const std::string& reason,
                const std::string& identity);

}  // namespace durable::store
