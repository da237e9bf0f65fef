#include "engine/store/history_page.hpp"

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

std::vector<HistoryRow> load_history_page(pqxx::transaction_base& tx, RunId run, const HistoryPage& page) {
    const auto statement = page.backwards ? sql::history_page_back : sql::history_page;
    std::vector<HistoryRow> rows;
    for (const auto& row :
         tx.exec_params(std::string{statement}, run.value.to_string(), page.from.value, page.activations)) {
        rows.push_back(
            {EventId{row[0].as<std::int32_t>()}, row[1].as<std::int32_t>(), bytes_of(row[2].c_str())});
    }
    return rows;
}

}  // namespace durable::store
