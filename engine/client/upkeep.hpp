#pragma once
// What operators do about stored data: erase payloads, change keys, decide how long runs are kept, take a
// run's history out. Each verb that changes something comes in two forms, as in client.hpp: in the caller's
// transaction, and by itself with retries; it leaves an audit row in the same transaction. Thread-safe but
// for the transactions passed in. All throw store::StoreUnavailable when the database stays away.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/payload_rows.hpp"
#include "engine/store/retention.hpp"

namespace durable::client {

using store::ErasedPayloads;
using store::RetentionPolicy;

/// For the audit trail.
struct Act {
    std::string identity;
    std::string reason;
};

/// Whose payloads. A tenant: all of them, every person's included. A person: in every tenant, or in the one
/// named.
struct EraseRequest {
    std::optional<std::string> tenant{};
    std::optional<std::string> person{};
};

class UpkeepClient {
  public:
    explicit UpkeepClient(const ClientOptions& options);
    ~UpkeepClient();
    UpkeepClient(const UpkeepClient&) = delete;
    UpkeepClient& operator=(const UpkeepClient&) = delete;

    /// Destroys data keys: what they have encrypted can never be read again, in histories, exports and
    /// backups alike. Workers and clients that still remember a key forget it within 10 s. Throws
    /// std::invalid_argument when neither is named, or a person is and no master key is configured (people
    /// are known by keyed hashes).
    ErasedPayloads erase(const EraseRequest& request, const Act& act);
    ErasedPayloads erase(pqxx::transaction_base& tx, const EraseRequest& request, const Act& act);
    /// From now on new data keys encrypt; the old ones open what they have sealed. Returns how many were
    /// retired.
    int rotate(const std::optional<std::string>& tenant, const Act& act);
    int rotate(pqxx::transaction_base& tx, const std::optional<std::string>& tenant, const Act& act);
    /// Wraps every data key by the current master key, so that the others can be taken out of the
    /// configuration. Returns how many were wrapped anew. Throws payloads::KeyError when one cannot be
    /// unwrapped here.
    int rewrap(const Act& act);

    /// How long closed runs are kept, by type and outcome; what has no policy is kept for ever.
    [[nodiscard]] std::vector<RetentionPolicy> retention();
    void set_retention(const RetentionPolicy& policy, const Act& act);
    void set_retention(pqxx::transaction_base& tx, const RetentionPolicy& policy, const Act& act);
    /// False: there was none.
    bool remove_retention(const std::string& type, const std::string& status, const Act& act);

    /// See store::archive_of. None: there is no such run.
    [[nodiscard]] std::optional<std::string> archive(RunId run);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
