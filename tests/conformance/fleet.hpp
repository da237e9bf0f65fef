#pragma once
// Several programs on one database, for tests of what happens between builds: each worker has a build and
// workflows of its own. Otherwise as TestEnvironment, which has one worker only.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "engine/client/deployments.hpp"
#include "engine/testing/testing.hpp"

namespace conformance {

/// One thread.
class Fleet {
  public:
    /// A worker of `build`, until it is destroyed. The registry must outlive it.
    [[nodiscard]] std::unique_ptr<durable::worker::Worker> worker(
        const std::string& build, const durable::WorkflowRegistry& workflows,
        const std::function<void(durable::worker::WorkerOptions&)>& change = {},
        const std::shared_ptr<prometheus::Registry>& metrics = nullptr);
    /// Stops it, with nothing left in its hands.
    static void retire(std::unique_ptr<durable::worker::Worker> worker);

    template <class Input, class Output>
    durable::RunId start(const durable::WorkflowType<Input, Output>& type,
                         const std::type_identity_t<Input>& input, const std::string& id) {
        return client.start(type, input, {.workflow = durable::WorkflowId{id}}).run;
    }
    template <class Message>
    void signal(durable::RunId run, const durable::Signal<Message>& signal,
                const std::type_identity_t<Message>& message) {
        REQUIRE(client.signal({.run = run}, signal, message) == durable::store::SendResult::delivered);
    }
    template <class Input, class Output>
    Output result(const durable::WorkflowType<Input, Output>& type, durable::RunId run) {
        return client.result(type, {.run = run}, std::chrono::seconds{60});
    }

    /// Waits for it, for a minute at most; then the test fails.
    static void until(const std::function<bool()>& condition);
    /// The run's code has had so many turns.
    void until_turns(durable::RunId run, std::size_t turns);
    void until_blocked(durable::RunId run);
    /// Lets time pass.
    void advance(durable::Duration time);

    /// The builds that have recorded the run's turns, in order.
    [[nodiscard]] std::vector<std::string> builds_of(durable::RunId run);
    [[nodiscard]] std::int64_t number(const std::string& sql);
    void must_be_sound();

    durable::testing::TestDatabase database;
    durable::client::Client client{{.connection_string = database.url()}};
    durable::client::DeploymentClient deployments{{.connection_string = database.url()}};
    durable::worker::ActivityRegistry activities;  ///< of all workers; filled before the first one
};

}  // namespace conformance
