#include "engine/store/remove.hpp"

#include "engine/store/audit.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

RemoveResult remove(pqxx::transaction_base& tx, const RunRef& ref, bool terminate_first,
                    const std::string& reason, const std::string& identity,
                    const std::optional<Uuid>& batch) {
    const auto run = resolve(tx, ref);
    if (!run) return RemoveResult::not_found;
    const auto status = closed(tx, *run);
    if (!status) return RemoveResult::not_found;
    if (status->status == replay::RunStatus::running) {
        if (!terminate_first) return RemoveResult::open;
        terminate(tx, {ref.name_space, run, {}}, reason, identity);
    }
    const auto rows = tx.exec_params(std::string{sql::delete_run}, run->value.to_string());
    if (rows.empty()) return RemoveResult::open;
    audit(tx, {identity, "workflow delete", rows[0]["workflow_id"].as<std::string>(), reason,
               "{\"run\":\"" + run->value.to_string() + "\"}", batch});
    return RemoveResult::removed;
}

}  // namespace durable::store
