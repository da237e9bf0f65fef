#pragma once
// Queues, limits and semaphores for operators and programs. Each verb opens, commits and retries a
// transaction of its own (for a caller's transaction: engine/store/queues.hpp, limits.hpp and semaphores.hpp).
// Thread-safe. All throw store::StoreUnavailable when the database stays away, std::invalid_argument for
// names and figures that cannot be.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/limits.hpp"
#include "engine/store/queues.hpp"
#include "engine/store/semaphores.hpp"

namespace durable::client {

using store::OperatorAct;

class QueueClient {
  public:
    explicit QueueClient(const ClientOptions& options);
    ~QueueClient();
    QueueClient(const QueueClient&) = delete;
    QueueClient& operator=(const QueueClient&) = delete;

    /// Every queue that has work, a live worker or an operator's decision; one with its lines.
    [[nodiscard]] std::vector<store::QueueInfo> list();
    [[nodiscard]] store::QueueDetails describe(const std::string& queue);
    /// False: it was so already.
    bool pause(const std::string& queue, const OperatorAct& act);
    /// Workers are told.
    bool unpause(const std::string& queue, const OperatorAct& act);
    void set_weight(const std::string& queue, const std::string& key, std::optional<double> weight,
                    const OperatorAct& act);

    /// Keys that limit activities. See store::list_limits.
    [[nodiscard]] std::vector<store::LimitInfo> limits(bool busy_only, std::int32_t limit);
    /// See store::set_limit. Workers are told.
    void set_limit(const std::string& key, const store::LimitFigures& figures, const OperatorAct& act);
    /// False: no operator had set anything.
    bool clear_limit(const std::string& key, const OperatorAct& act);

    /// Those that somebody waits for first; one with its requests (none: nobody has named it yet).
    [[nodiscard]] std::vector<store::SemaphoreInfo> semaphores();
    struct Semaphore {
        store::SemaphoreInfo info;
        std::vector<store::UnitsInfo> requests;  ///< holders first
    };
    [[nodiscard]] std::optional<Semaphore> semaphore(const std::string& resource);
    /// See store::set_capacity: takes nothing from those who hold units; zero grants nothing more.
    void set_capacity(const std::string& resource, int capacity, const OperatorAct& act);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
