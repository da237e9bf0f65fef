#include "engine/client/queues.hpp"

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"

namespace durable::client {

class QueueClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          notifier(with_deadlines(options.connection_string), options.notifications) {}

    template <class Value, class Look>
    Value look(Look look) {
        std::optional<Value> value;
        transactions.read([&](pqxx::transaction_base& tx) { value = look(tx); });
        return *std::move(value);
    }

    ConnectionPool pool;
    Transactions transactions;
    store::Notifier notifier;
};

QueueClient::QueueClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
QueueClient::~QueueClient() = default;

std::vector<store::QueueInfo> QueueClient::list() {
    return impl_->look<std::vector<store::QueueInfo>>(store::list_queues);
}

store::QueueDetails QueueClient::describe(const std::string& queue) {
    return impl_->look<store::QueueDetails>(
        [&](pqxx::transaction_base& tx) { return store::describe_queue(tx, queue); });
}

bool QueueClient::pause(const std::string& queue, const OperatorAct& act) {
    bool changed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        const bool now = store::pause_queue(tx, queue, act);
        changed = now || in_doubt;
    });
    return changed;
}

bool QueueClient::unpause(const std::string& queue, const OperatorAct& act) {
    bool changed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        const bool now = store::unpause_queue(tx, queue, act);
        changed = now || in_doubt;
    });
    impl_->notifier.runs_ready(queue);
    impl_->notifier.activities_ready(queue);
    return changed;
}

void QueueClient::set_weight(const std::string& queue, const std::string& key, std::optional<double> weight,
                             const OperatorAct& act) {
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { store::set_weight(tx, queue, key, weight, act); });
}

std::vector<store::LimitInfo> QueueClient::limits(bool busy_only, std::int32_t limit) {
    return impl_->look<std::vector<store::LimitInfo>>(
        [&](pqxx::transaction_base& tx) { return store::list_limits(tx, busy_only, limit); });
}

void QueueClient::set_limit(const std::string& key, const store::LimitFigures& figures,
                            const OperatorAct& act) {
    std::vector<std::string> queues;
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { queues = store::set_limit(tx, key, figures, act); });
    for (const std::string& queue : queues) impl_->notifier.activities_ready(queue);
}

bool QueueClient::clear_limit(const std::string& key, const OperatorAct& act) {
    std::optional<std::vector<std::string>> queues;
    bool changed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        queues = store::clear_limit(tx, key, act);
        changed = queues.has_value() || in_doubt;
    });
    for (const std::string& queue : queues.value_or(std::vector<std::string>{}))
        impl_->notifier.activities_ready(queue);
    return changed;
}

std::vector<store::SemaphoreInfo> QueueClient::semaphores() {
    return impl_->look<std::vector<store::SemaphoreInfo>>(
        [](pqxx::transaction_base& tx) { return store::list_semaphores(tx); });
}

std::optional<QueueClient::Semaphore> QueueClient::semaphore(const std::string& resource) {
    std::optional<Semaphore> found;
    impl_->transactions.read([&](pqxx::transaction_base& tx) {
        found.reset();
        auto info = store::find_semaphore(tx, resource);
        if (info) found = Semaphore{*std::move(info), store::requests_of(tx, resource)};
    });
    return found;
}

void QueueClient::set_capacity(const std::string& resource, int capacity, const OperatorAct& act) {
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { store::set_capacity(tx, resource, capacity, act); });
}

}  // namespace durable::client
