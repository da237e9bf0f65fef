#include "engine/client/batches.hpp"

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/store/id_source.hpp"

namespace durable::client {

class BatchClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max), transactions(pool, options.patience) {}

    ConnectionPool pool;
    Transactions transactions;
    store::IdSource ids;
};

BatchClient::BatchClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
BatchClient::~BatchClient() = default;

std::int64_t BatchClient::count(const BatchRequest& request) {
    std::int64_t matching = 0;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { matching = store::count_matching(tx, request); });
    return matching;
}

BatchJob BatchClient::create(BatchRequest request) {
    request.job = impl_->ids.uuid_v7();
    std::optional<BatchJob> made;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) {
        store::create_batch(tx, request);
        made = store::find_batch(tx, request.job);
    });
    return *made;
}

std::vector<BatchJob> BatchClient::list(std::int32_t limit) {
    std::vector<BatchJob> jobs;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { jobs = store::list_batches(tx, limit); });
    return jobs;
}

std::optional<BatchJob> BatchClient::find(const Uuid& job) {
    std::optional<BatchJob> found;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { found = store::find_batch(tx, job); });
    return found;
}

std::vector<store::BatchProblem> BatchClient::problems(const Uuid& job, std::int32_t limit) {
    std::vector<store::BatchProblem> problems;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { problems = store::batch_problems(tx, job, limit); });
    return problems;
}

bool BatchClient::stop(const Uuid& job, const std::string& identity, const std::string& reason) {
    bool stopped = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        stopped = store::stop_batch(tx, job, identity, reason) || in_doubt;
    });
    return stopped;
}

}  // namespace durable::client
