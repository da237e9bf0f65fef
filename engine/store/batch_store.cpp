#include "engine/store/batch_store.hpp"

#include "engine/store/lone_session.hpp"

namespace durable::store {

class BatchStore::Impl {
  public:
    Impl(std::string url, Faults faults) : session(std::move(url), "batches", std::move(faults)) {}
    LoneSession session;
};

BatchStore::BatchStore(std::string connection_string, Faults faults)
    : impl_(std::make_unique<Impl>(std::move(connection_string), std::move(faults))) {}
BatchStore::~BatchStore() = default;

std::optional<Duration> BatchStore::wait() {
    std::optional<Duration> wait;
    impl_->session.look([&](pqxx::transaction_base& tx) { wait = batch_wait(tx); });
    return wait;
}

std::optional<BatchPage> BatchStore::take_page() {
    std::optional<BatchPage> page;
    impl_->session.transact("batch_page", [&](pqxx::work& tx) { page = take_batch_page(tx); });
    return page;
}

}  // namespace durable::store
