#include "engine/store/pause.hpp"

#include "engine/store/audit.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// The open run that the reference leads to, its live row held.
struct Found {
    std::optional<RunId> run;
    SendResult otherwise = SendResult::not_found;
};

Found hold(pqxx::transaction_base& tx, const RunRef& ref) {
    constexpr int races_max = 100;
    auto run = resolve(tx, ref);
    for (int race = 0; run && race < races_max; ++race) {
        if (!tx.exec_params(std::string{sql::lock_live_run}, run->value.to_string()).empty()) {
            return {run, SendResult::delivered};
        }
        const auto again = ref.run ? newest_of_chain(tx, *run) : resolve(tx, ref);
        if (!again || again == run) return {std::nullopt, SendResult::closed};
        run = again;
    }
    return {std::nullopt, run ? SendResult::closed : SendResult::not_found};
}

}  // namespace

SendResult pause(pqxx::transaction_base& tx, const RunRef& ref, const std::string& reason,
                 const std::string& identity, const std::optional<Uuid>& batch) {
    const Found found = hold(tx, ref);
    if (!found.run) return found.otherwise;
    const std::string run = found.run->value.to_string();
    if (tx.exec_params(std::string{sql::pause_run}, run, identity, reason).empty()) {
        return SendResult::duplicate;
    }
    audit(tx, {identity, "workflow pause", run, reason, "{}", batch});
    return SendResult::delivered;
}

SendResult unpause(pqxx::transaction_base& tx, const RunRef& ref, const std::string& reason,
                   const std::string& identity, const std::optional<Uuid>& batch) {
    const Found found = hold(tx, ref);
    if (!found.run) return found.otherwise;
    const std::string run = found.run->value.to_string();
    if (tx.exec_params(std::string{sql::unpause_run}, run).empty()) return SendResult::duplicate;
    audit(tx, {identity, "workflow unpause", run, reason, "{}", batch});
    return SendResult::delivered;
}

std::optional<PauseInfo> paused(pqxx::transaction_base& tx, RunId run) {
    const auto rows = tx.exec_params(std::string{sql::paused_run}, run.value.to_string());
    if (rows.empty()) return std::nullopt;
    return PauseInfo{Timestamp{Duration{rows[0]["since"].as<std::int64_t>()}},
                     rows[0]["identity"].as<std::string>(), rows[0]["reason"].as<std::string>(),
                     rows[0]["held"].as<bool>()};
}

bool quarantine(pqxx::transaction_base& tx, RunId run, WorkerNo worker, const std::string& reason,
                const std::string& identity) {
    const std::string id = run.value.to_string();
    const auto taken = tx.exec_params(std::string{sql::quarantine_run}, id, worker.value, identity, reason);
    if (taken.empty()) return false;
    audit(tx, {identity, "workflow pause", id, reason});
    return true;
}

}  // namespace durable::store
