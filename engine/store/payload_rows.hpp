#pragma once
// Keys and large payloads as rows, each verb inside a caller's transaction. Knows bytes, not what they mean.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

struct PayloadKeyRow {
    Uuid id;
    std::string tenant;
    std::string subject;
    std::string master;
    std::optional<std::string> wrapped;  ///< none: erased
};

/// The key that seals for a tenant, or for a person that its runs are about ("": nobody).
[[nodiscard]] std::optional<PayloadKeyRow> current_payload_key(pqxx::transaction_base& tx,
                                                               const std::string& tenant,
                                                               const std::string& subject);
[[nodiscard]] std::optional<PayloadKeyRow> find_payload_key(pqxx::transaction_base& tx, Uuid id);
/// False: somebody else has made one; look again.
bool add_payload_key(pqxx::transaction_base& tx, const PayloadKeyRow& key);
/// The current keys of a tenant (none: of all) seal nothing any more; the next payload makes a new one.
/// Returns how many.
int retire_payload_keys(pqxx::transaction_base& tx, const std::optional<std::string>& tenant);
/// Keys that a master key wraps which is not `master`, to be wrapped anew; at most `limit`, locked.
[[nodiscard]] std::vector<PayloadKeyRow> payload_keys_not_of(pqxx::transaction_base& tx,
                                                             const std::string& master, int limit);
void rewrap_payload_key(pqxx::transaction_base& tx, const PayloadKeyRow& key);

/// How many keys and large payloads a destruction hit.
struct ErasedPayloads {
    std::int64_t keys = 0;
    std::int64_t stored = 0;
};
/// Destroys keys for good. `tenant`: of one tenant, all its people included; `subjects`: of these people
/// only.
ErasedPayloads erase_payload_keys(pqxx::transaction_base& tx, const std::optional<std::string>& tenant,
                                  const std::vector<std::string>& subjects);

/// Stores a payload unless it is there, and notes that the run uses it.
void put_payload(pqxx::transaction_base& tx, RunId run, const std::string& digest,
                 const std::optional<Uuid>& key, const std::string& bytes);
/// A payload that is about to be used once more: no sweep takes it. False: it is not there, or erased.
[[nodiscard]] bool touch_payload(pqxx::transaction_base& tx, const std::string& digest);
/// One more run uses it.
void use_payload(pqxx::transaction_base& tx, RunId run, const std::string& digest);
/// None: there is no such payload. Empty: erased.
[[nodiscard]] std::optional<std::string> payload_bytes(pqxx::transaction_base& tx, const std::string& digest);
/// Deletes what no run uses and nobody has touched for a day. Bounded; returns how many.
int sweep_payloads(pqxx::transaction_base& tx);

}  // namespace durable::store
