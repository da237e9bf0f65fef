#pragma once
// The whole product around a database of its own: a demo organization, the vendors' sandbox, an ingress, and
// worker processes that can be killed. What tests/faults breaks, and where it looks afterwards.

#include <sys/types.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "api/dev/seed.hpp"
#include "api/ingress/ingress.hpp"
#include "api/sandbox/sandbox.hpp"
#include "engine/client/client.hpp"
#include "engine/store/check.hpp"
#include "tests/support/database.hpp"

namespace test {

/// Where a worker process breaks: at the `count`-th time that the store passes one of its fault points.
struct Crash {
    enum class How {
        before,      ///< dies before the statement is sent
        after,       ///< dies when the server has committed, before it knows
        reply_lost,  ///< lives on, but the answer to the commit never arrives
    };
    int count = 0;
    How how = How::before;
};

class FaultWorld {
  public:
    /// Far more than anything needs on a slow machine that does other things too.
    static constexpr std::chrono::minutes patience{3};

    /// `change` may adjust the ingress before it starts.
    explicit FaultWorld(const std::function<void(callflex::ingress::IngressOptions&)>& change = {});
    ~FaultWorld();
    FaultWorld(const FaultWorld&) = delete;
    FaultWorld& operator=(const FaultWorld&) = delete;

    /// Posts the report of a two-minute call; returns the workflow id of its run. Throws unless it is
    /// answered 200.
    std::string end_call(const std::string& vapi_call_id);
    /// A worker process. With a crash: see Crash; the count of fault points it has passed is in
    /// points_passed().
    pid_t start_worker(std::optional<Crash> crash = std::nullopt);
    /// Waits for a process; true if it was killed or ended by itself with the crash's code.
    bool crashed(pid_t worker);
    /// True once a process has ended; does not wait.
    bool ended(pid_t worker);
    void stop_workers();

    /// True if a worker has died, or ended by itself.
    [[nodiscard]] bool lost_a_worker() const { return lost_a_worker_; }
    /// True if no run is open.
    [[nodiscard]] bool quiet();
    /// True once no run is open; false if that takes longer than `patience`.
    [[nodiscard]] bool becomes_quiet();
    [[nodiscard]] std::string value(const std::string& sql) const { return database_.value(sql); }
    /// Violated invariants of engine and product, as text; empty when all is well.
    [[nodiscard]] std::string violations() const;
    /// GET /sandbox/sent of one vendor.
    [[nodiscard]] nlohmann::json sent(const std::string& vendor) const;
    /// GET /sandbox/invariants: how much of what there is at the vendors, and what was made twice there.
    [[nodiscard]] nlohmann::json at_vendors() const;
    void set_fault(const nlohmann::json& fault) const;
    /// Fault points passed by the last worker that was started with a crash that did not come.
    [[nodiscard]] int points_passed() const;
    /// How many of a run's notifications by SMS are listed as unknown in its result.
    [[nodiscard]] int unknown_sms() const;

    [[nodiscard]] Database& database() { return database_; }
    [[nodiscard]] const Database& database() const { return database_; }
    [[nodiscard]] const std::string& organization_id() const { return organization_.organization_id; }
    [[nodiscard]] std::uint16_t ingress_port() const { return ingress_->port(); }
    [[nodiscard]] std::string sandbox_url() const { return sandbox_.url(); }
    [[nodiscard]] const std::string& secrets_key() const { return secrets_key_; }
    /// A request to the sandbox; its answer as JSON. Throws unless it is a success.
    nlohmann::json ask_sandbox(const std::string& method, const std::string& target,
                               const std::string& body = "", const std::string& fields = "") const;
    /// Starts a workflow of the demo organization, or of the whole system.
    void start(const std::string& type, const durable::Payload& input, const std::string& workflow_id,
               bool of_the_system = false) const;
    /// Keeps a closed run as tests/histories/<name>.json, if CALLFLEX_WRITE_HISTORIES is set and it is not
    /// there yet.
    void keep_history(const std::string& workflow_id, const std::string& name) const;

  private:
    /// waitpid; a worker that has been reaped is no longer ours to kill.
    bool reap(pid_t worker, int flags, int& status);

    Database database_;
    pqxx::connection watch_;
    std::string secrets_key_;
    callflex::SeededOrganization organization_;
    callflex::sandbox::Sandbox sandbox_;
    std::unique_ptr<callflex::ingress::Ingress> ingress_;
    std::string folder_;
    std::vector<pid_t> workers_;  // not yet reaped
    bool lost_a_worker_ = false;
};

}  // namespace test
