#include "engine/store/live_run.hpp"

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// A chain may continue as new as fast as we look; that many times in a row it does not.
constexpr int races_max = 10'000;

std::optional<LiveRun> lock_live(pqxx::transaction_base& tx, RunId run) {
    const auto rows = tx.exec_params(std::string{sql::lock_live_run}, run.value.to_string());
    if (rows.empty()) return std::nullopt;
    return LiveRun{run, RunId{uuid_of(rows[0][0].c_str())},
                   Timestamp{Duration{rows[0][1].as<std::int64_t>()}}, rows[0][2].as<std::int64_t>(),
                   rows[0][3].as<bool>()};
}

/// Where a reference leads that has not led to an open run: its workflow id may have passed to another one,
/// its run may have continued as new.
std::optional<RunId> look_again(pqxx::transaction_base& tx, const RunRef& ref, RunId run) {
    if (!ref.run) return resolve(tx, ref);
    return newest_of_chain(tx, run);
}

}  // namespace

HistoryEnd history_end(pqxx::transaction_base& tx, RunId run) {
    const auto row = tx.exec_params1(std::string{sql::history_end}, run.value.to_string());
    return {row[0].as<std::int32_t>(), EventId{row[1].as<std::int32_t>()}};
}

SendResult with_live(pqxx::transaction_base& tx, const RunRef& ref,
                     const std::function<SendResult(const LiveRun&)>& act) {
    std::optional<RunId> run = resolve(tx, ref);
    for (int race = 0; race < races_max && run; ++race) {
        if (const auto live = lock_live(tx, *run)) return act(*live);
        const auto again = look_again(tx, ref, *run);
        if (!again || again == run) return SendResult::closed;
        run = again;
    }
    return run ? SendResult::closed : SendResult::not_found;
}

}  // namespace durable::store
