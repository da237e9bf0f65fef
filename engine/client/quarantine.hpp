#pragma once
// Quarantine for operators: after a restore, before anything is started (docs/guide/backup.md). Thread-safe. All verbs
// throw store::StoreUnavailable when the database stays away.

#include <memory>
#include <optional>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/quarantine.hpp"
#include "engine/store/workers.hpp"

namespace durable::client {

class QuarantineClient {
  public:
    explicit QuarantineClient(const ClientOptions& options);
    ~QuarantineClient();
    QuarantineClient(const QuarantineClient&) = delete;
    QuarantineClient& operator=(const QuarantineClient&) = delete;

    /// False: it is in quarantine already. See store::begin_quarantine.
    bool begin(const std::optional<Timestamp>& restored_to, const store::OperatorAct& act);
    /// False: there is none. Workers come back by themselves, within seconds.
    bool end(const store::OperatorAct& act);
    /// The last one, open or ended.
    [[nodiscard]] std::optional<store::Quarantine> last();
    /// Workers whose lease runs on: of a quarantine's first ten seconds.
    [[nodiscard]] std::vector<store::LiveWorker> workers();
    /// See store::doubtful_activities.
    [[nodiscard]] std::vector<store::DoubtfulActivity> doubtful(std::int32_t limit);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
