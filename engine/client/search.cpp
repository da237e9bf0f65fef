// Finding runs by the filter language.

#include "engine/client/client_impl.hpp"

namespace durable::client {

std::vector<store::ListedRun> Client::search(const store::SearchRequest& request) {
    std::vector<store::ListedRun> runs;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { runs = store::search(tx, request); });
    return runs;
}

std::vector<store::GroupCount> Client::count_groups(const std::string& name_space, const std::string& filter,
                                                    const std::string& group_by) {
    std::vector<store::GroupCount> counts;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { counts = store::count_groups(tx, name_space, filter, group_by); });
    return counts;
}

store::Positions Client::history_ends(const std::vector<RunId>& runs) {
    store::Positions ends;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { ends = store::history_ends(tx, runs); });
    return ends;
}

TailPage Client::tail(const store::Positions& from) {
    std::vector<std::pair<RunId, store::HistoryRow>> rows;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { rows = store::tail(tx, from, tail_each); });
    TailPage read;
    for (auto& [run, row] : rows) {
        std::vector<store::HistoryRow> one{std::move(row)};
        read.activations.emplace_back(run, std::move(impl_->open_rows(std::move(one)).history.front()));
    }
    return ordered_tail(std::move(read.activations), tail_each);
}

search::SearchCatalog Client::search_catalog() {
    search::SearchCatalog catalog;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { catalog = store::search_world(tx).catalog; });
    return catalog;
}

std::vector<SearchAttribute> Client::attributes(RunId run) {
    std::vector<SearchAttribute> attributes;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { attributes = store::attributes_of(tx, run); });
    return attributes;
}

}  // namespace durable::client
