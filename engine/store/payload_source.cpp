#include "engine/store/payload_source.hpp"

#include <fmt/format.h>

#include "engine/store/deadlines.hpp"
#include "engine/store/sqlstate.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/workflow/json_reader.hpp"

namespace durable::store {
namespace {

/// More is forgotten at once: keys are found again.
constexpr std::size_t remembered_max = 10'000;

}  // namespace

void SideConnection::transact(const std::function<void(pqxx::transaction_base&)>& body) {
    const std::lock_guard lock{mutex_};
    try {
        if (!connection_) connection_ = std::make_unique<pqxx::connection>(with_deadlines(url_));
        pqxx::work tx{*connection_};
        body(tx);
        tx.commit();
    } catch (const pqxx::sql_error& error) {
        connection_.reset();
        if (fate_of(error.sqlstate()) == Fate::data) throw DecodeError("", error.what());
        throw StoreUnavailable(error.what());
    } catch (const pqxx::failure& error) {
        connection_.reset();
        throw StoreUnavailable(error.what());
    }
}

payloads::Keys::Found KeyCache::find(Uuid id) {
    {
        const std::lock_guard lock{mutex_};
        const auto known = found_.find(id);
        if (known != found_.end() && Clock::now() < known->second.until) return known->second.value;
    }
    Found found = look_up(id);
    const auto until = found.erased ? Clock::time_point::max() : Clock::now() + trusted;
    const std::lock_guard lock{mutex_};
    if (found_.size() >= remembered_max) found_.clear();
    found_.insert_or_assign(id, Remembered<Found>{found, until});
    return found;
}

payloads::Keys::Found KeyCache::look_up(Uuid id) {
    std::optional<PayloadKeyRow> row;
    side_.transact([&](pqxx::transaction_base& tx) { row = find_payload_key(tx, id); });
    if (!row) return {nullptr, false, fmt::format("a payload's data key {} does not exist", id.to_string())};
    if (!row->wrapped) return {nullptr, true, {}};
    if (!masters_) return {nullptr, false, "a payload is encrypted, and no payload keys are configured here"};
    try {
        if (auto key = unwrapped(*row)) return {std::move(key), false, {}};
    } catch (const DecodeError& error) {
        return {nullptr, false,
                fmt::format("a payload's data key {} cannot be used: {}", id.to_string(), error.what())};
    }
    return {
        nullptr, false,
        fmt::format("a payload's data key is wrapped by the master key '{}', which is not configured here",
                    row->master)};
}

std::shared_ptr<const payloads::DataKey> KeyCache::sealing(const std::string& tenant,
                                                           const std::string& subject) {
    const std::pair whose{tenant, subject};
    {
        const std::lock_guard lock{mutex_};
        const auto known = sealing_.find(whose);
        if (known != sealing_.end() && Clock::now() < known->second.until) return known->second.value;
    }
    auto key = make_or_find(tenant, subject);
    const std::lock_guard lock{mutex_};
    if (sealing_.size() >= remembered_max) sealing_.clear();
    sealing_.insert_or_assign(
        whose, Remembered<std::shared_ptr<const payloads::DataKey>>{key, Clock::now() + trusted});
    return key;
}

/// Committed before it is used: a caller may roll back, what it has sealed for others must still open.
std::shared_ptr<const payloads::DataKey> KeyCache::make_or_find(const std::string& tenant,
                                                                const std::string& subject) {
    std::optional<PayloadKeyRow> row;
    side_.transact([&](pqxx::transaction_base& tx) {
        row = current_payload_key(tx, tenant, subject);
        while (!row) {
            const Uuid id = ids_.uuid_v7();
            const auto wrapped = masters_->wrap(id, *masters_->generate());
            static_cast<void>(add_payload_key(tx, {id, tenant, subject, wrapped.master, wrapped.bytes}));
            row = current_payload_key(tx, tenant, subject);
        }
    });
    auto key = unwrapped(*row);
    if (!key) {
        throw payloads::KeyError(fmt::format(
            "payloads cannot be encrypted: their data key is wrapped by the master key '{}', which is "
            "not configured here",
            row->master));
    }
    return key;
}

std::shared_ptr<const payloads::DataKey> KeyCache::unwrapped(const PayloadKeyRow& row) const {
    auto secret = masters_->unwrap(row.id, {row.master, row.wrapped.value()});
    if (!secret) return nullptr;
    return std::make_shared<const payloads::DataKey>(
        payloads::DataKey{row.id, std::move(secret), row.subject});
}

}  // namespace durable::store
