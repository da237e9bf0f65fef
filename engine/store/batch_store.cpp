#include "engine/store/batch_store.hpp"

#include "engine/store/lone_session.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

class BatchStore::Impl {
  public:
    Impl(std::string url, const WorkflowRegistry& known, Faults faults)
        : session(std::move(url), "batches", std::move(faults)), workflows(known) {}
    LoneSession session;
    const WorkflowRegistry& workflows;
};

BatchStore::BatchStore(std::string connection_string, const WorkflowRegistry& workflows, Faults faults)
    : impl_(std::make_unique<Impl>(std::move(connection_string), workflows, std::move(faults))) {}
BatchStore::~BatchStore() = default;

std::optional<Duration> BatchStore::wait() {
    const auto rows = impl_->session.ask({"batch_wait", sql::batch_wait}, known_batch_verbs());
    if (rows[0][0].is_null()) return std::nullopt;
    return Duration{rows[0][0].as<std::int64_t>()};
}

std::optional<BatchPage> BatchStore::take_page() {
    std::optional<BatchPage> page;
    impl_->session.transact("batch_page", [&](pqxx::work& tx) {
        page = take_batch_page(tx, {impl_->session.ids, impl_->workflows});
    });
    return page;
}

}  // namespace durable::store
