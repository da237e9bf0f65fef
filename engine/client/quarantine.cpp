#include "engine/client/quarantine.hpp"

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"

namespace durable::client {

class QuarantineClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max), transactions(pool, options.patience) {}

    ConnectionPool pool;
    Transactions transactions;
};

QuarantineClient::QuarantineClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
QuarantineClient::~QuarantineClient() = default;

bool QuarantineClient::begin(const std::optional<Timestamp>& restored_to, const store::OperatorAct& act) {
    bool changed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        const bool now = store::begin_quarantine(tx, restored_to, act);
        changed = now || in_doubt;
    });
    return changed;
}

bool QuarantineClient::end(const store::OperatorAct& act) {
    bool changed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        const bool now = store::end_quarantine(tx, act);
        changed = now || in_doubt;
    });
    return changed;
}

std::optional<store::Quarantine> QuarantineClient::last() {
    std::optional<store::Quarantine> found;
    impl_->transactions.look([&](pqxx::transaction_base& tx) { found = store::last_quarantine(tx); });
    return found;
}

std::vector<store::LiveWorker> QuarantineClient::workers() {
    std::vector<store::LiveWorker> found;
    impl_->transactions.look([&](pqxx::transaction_base& tx) { found = store::live_workers(tx); });
    return found;
}

std::vector<store::DoubtfulActivity> QuarantineClient::doubtful(std::int32_t limit) {
    std::vector<store::DoubtfulActivity> found;
    impl_->transactions.look(
        [&](pqxx::transaction_base& tx) { found = store::doubtful_activities(tx, limit); });
    return found;
}

}  // namespace durable::client
