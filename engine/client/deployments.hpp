#pragma once
// Deployments for operators and programs: promote a build, let it ramp, take it out, move a run, look. Inside a
// caller's transaction use the functions of store/deployments.hpp; the verbs here open, commit and retry a
// transaction of their own. Thread-safe. All throw store::StoreUnavailable when the database stays away.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/deployments.hpp"

namespace durable::client {

using store::BuildInfo;
using store::Deployment;
using store::Promoted;
using store::Promotion;

class DeploymentClient {
  public:
    explicit DeploymentClient(const ClientOptions& options);
    ~DeploymentClient();
    DeploymentClient(const DeploymentClient&) = delete;
    DeploymentClient& operator=(const DeploymentClient&) = delete;

    /// See store::promote: refused without a good verdict, unless forced. Holds from the next claim on.
    Promoted promote(const Promotion& promotion);
    store::Stopped stop_ramp(const std::string& queue, const std::string& build, const store::Act& act);
    /// Every worker takes every run of the queue again. False: it was not routed.
    bool end(const std::string& queue, const store::Act& act);
    /// Gives an open run to a build; none: to whichever is current.
    store::Moved move(const RunRef& run, const std::optional<std::string>& build, const store::Act& act);
    std::int64_t record(const store::NewVerdict& verdict);

    /// Of every queue that is routed; of one (none: it is not).
    [[nodiscard]] std::vector<Deployment> list();
    [[nodiscard]] std::optional<Deployment> find(const std::string& queue);
    /// What the queue's builds do and hold; the newest verdict about one (none: never checked).
    [[nodiscard]] std::vector<BuildInfo> builds(const std::string& queue);
    [[nodiscard]] std::optional<store::KnownVerdict> verdict(const std::string& queue,
                                                             const std::string& build);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
