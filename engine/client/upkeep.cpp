#include "engine/client/upkeep.hpp"

#include <fmt/format.h>

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/payloads/cipher.hpp"
#include "engine/store/audit.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::client {
namespace {

constexpr int rewrap_page = 200;

void record(pqxx::transaction_base& tx, const Act& act, const std::string& verb, const std::string& target,
            std::string details = "{}") {
    store::audit(tx, {act.identity, verb, target, act.reason, std::move(details)});
}

/// "type call_processing, completed"
std::string name_of(const std::string& type, const std::string& status) {
    return fmt::format("{}, {}", type.empty() ? "any type" : "type " + type,
                       status.empty() ? "any outcome" : status);
}

}  // namespace

class UpkeepClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          keys(options.payloads.keys) {}

    [[nodiscard]] const payloads::MasterKeys& masters() const {
        if (!keys)
            throw std::invalid_argument("no payload keys are configured here: set CALLFLEX_PAYLOAD_KEYS");
        return *keys;
    }

    /// Wraps a page anew; returns how many there were.
    int rewrap_some(pqxx::transaction_base& tx) const {
        const auto rows = store::payload_keys_not_of(tx, masters().current(), rewrap_page);
        for (store::PayloadKeyRow row : rows) {
            const auto key = masters().unwrap(row.id, {row.master, row.wrapped.value()});
            if (!key) {
                throw payloads::KeyError(
                    fmt::format("a data key is wrapped by the master key '{}', which is not configured here",
                                row.master));
            }
            auto wrapped = masters().wrap(row.id, *key);
            row.master = std::move(wrapped.master);
            row.wrapped = std::move(wrapped.bytes);
            store::rewrap_payload_key(tx, row);
        }
        return static_cast<int>(rows.size());
    }

    ConnectionPool pool;
    Transactions transactions;
    std::shared_ptr<const payloads::MasterKeys> keys;
};

UpkeepClient::UpkeepClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
UpkeepClient::~UpkeepClient() = default;

ErasedPayloads UpkeepClient::erase(const EraseRequest& request, const Act& act) {
    ErasedPayloads erased;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) { erased = erase(tx, request, act); });
    return erased;
}

ErasedPayloads UpkeepClient::erase(pqxx::transaction_base& tx, const EraseRequest& request, const Act& act) {
    if (!request.tenant && !request.person) {
        throw std::invalid_argument("whose payloads are to be erased? Name a tenant, a person, or both");
    }
    std::vector<std::string> tokens;
    if (request.person) tokens = impl_->masters().subject_tokens(*request.person);
    const ErasedPayloads erased = store::erase_payload_keys(tx, request.tenant, tokens);
    // Who was erased must not be kept by the record of it: a person is named by the keyed hash.
    const std::string target = request.person ? "person " + tokens.front() : "tenant " + *request.tenant;
    record(tx, act, "payload erase", target,
           fmt::format(R"({{"tenant":{},"keys":{},"stored":{}}})", encode(request.tenant).json, erased.keys,
                       erased.stored));
    return erased;
}

int UpkeepClient::rotate(const std::optional<std::string>& tenant, const Act& act) {
    int retired = 0;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) { retired = rotate(tx, tenant, act); });
    return retired;
}

int UpkeepClient::rotate(pqxx::transaction_base& tx, const std::optional<std::string>& tenant,
                         const Act& act) {
    const int retired = store::retire_payload_keys(tx, tenant);
    record(tx, act, "payload rotate", tenant ? "tenant " + *tenant : "all tenants",
           fmt::format(R"({{"keys":{}}})", retired));
    return retired;
}

int UpkeepClient::rewrap(const Act& act) {
    int all = 0;
    int some = 1;
    while (some > 0) {
        impl_->transactions.write([&](pqxx::transaction_base& tx, bool) { some = impl_->rewrap_some(tx); });
        all += some;
    }
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) {
        record(tx, act, "payload rewrap", "master key " + impl_->masters().current(),
               fmt::format(R"({{"keys":{}}})", all));
    });
    return all;
}

std::vector<RetentionPolicy> UpkeepClient::retention() {
    std::vector<RetentionPolicy> policies;
    impl_->transactions.look([&](pqxx::transaction_base& tx) { policies = store::list_retention(tx); });
    return policies;
}

void UpkeepClient::set_retention(const RetentionPolicy& policy, const Act& act) {
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) { set_retention(tx, policy, act); });
}

void UpkeepClient::set_retention(pqxx::transaction_base& tx, const RetentionPolicy& policy, const Act& act) {
    store::set_retention(tx, policy);
    record(tx, act, "retention set", name_of(policy.type, policy.status),
           fmt::format(R"({{"keep_us":{},"export":{}}})", policy.keep.count(), policy.export_first));
}

bool UpkeepClient::remove_retention(const std::string& type, const std::string& status, const Act& act) {
    bool removed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        removed = store::remove_retention(tx, type, status) || (removed && in_doubt);
        if (removed) record(tx, act, "retention remove", name_of(type, status));
    });
    return removed;
}

std::optional<std::string> UpkeepClient::archive(RunId run) {
    std::optional<std::string> bytes;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { bytes = store::archive_of(tx, run); });
    return bytes;
}

}  // namespace durable::client
