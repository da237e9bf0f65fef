#include "engine/client/deployments.hpp"

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"

namespace durable::client {

class DeploymentClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          notifier(with_deadlines(options.connection_string), options.notifications) {}

    ConnectionPool pool;
    Transactions transactions;
    store::Notifier notifier;
};

DeploymentClient::DeploymentClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
DeploymentClient::~DeploymentClient() = default;

Promoted DeploymentClient::promote(const Promotion& promotion) {
    Promoted promoted;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        promoted = store::promote(tx, promotion);
        // What an attempt whose answer was lost has done is not there to be done again.
        if (in_doubt && promoted.outcome == Promoted::Outcome::unchanged)
            promoted.outcome = Promoted::Outcome::done;
    });
    // What waited for nobody may be claimed now.
    if (promoted.outcome == Promoted::Outcome::done) impl_->notifier.runs_ready(promotion.queue);
    return promoted;
}

store::Stopped DeploymentClient::stop_ramp(const std::string& queue, const std::string& build,
                                           const store::Act& act) {
    auto stopped = store::Stopped::unchanged;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        stopped = store::stop_ramp(tx, queue, build, act);
        if (in_doubt && stopped == store::Stopped::unchanged) stopped = store::Stopped::done;
    });
    if (stopped == store::Stopped::done) impl_->notifier.runs_ready(queue);
    return stopped;
}

bool DeploymentClient::end(const std::string& queue, const store::Act& act) {
    bool ended = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        ended = store::end_deployment(tx, queue, act) || in_doubt;
    });
    if (ended) impl_->notifier.runs_ready(queue);
    return ended;
}

store::Moved DeploymentClient::move(const RunRef& run, const std::optional<std::string>& build,
                                    const store::Act& act) {
    auto moved = store::Moved::not_found;
    std::optional<std::string> queue;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) {
        moved = store::move_run(tx, run, build, act);
        queue = store::queue_of(tx, run);
    });
    if (moved == store::Moved::moved && queue) impl_->notifier.runs_ready(*queue);
    return moved;
}

std::int64_t DeploymentClient::record(const store::NewVerdict& verdict) {
    std::int64_t number = 0;
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { number = store::record_verdict(tx, verdict); });
    return number;
}

std::vector<Deployment> DeploymentClient::list() {
    std::vector<Deployment> found;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { found = store::deployments(tx); });
    return found;
}

std::optional<Deployment> DeploymentClient::find(const std::string& queue) {
    std::optional<Deployment> found;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { found = store::deployment_of(tx, queue); });
    return found;
}

std::vector<BuildInfo> DeploymentClient::builds(const std::string& queue) {
    std::vector<BuildInfo> found;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { found = store::builds_of(tx, queue); });
    return found;
}

std::optional<store::KnownVerdict> DeploymentClient::verdict(const std::string& queue,
                                                             const std::string& build) {
    std::optional<store::KnownVerdict> found;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { found = store::verdict_on(tx, queue, build); });
    return found;
}

}  // namespace durable::client
