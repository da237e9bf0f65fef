#pragma once
// What this room's tests share: a database, workflows in an old and a new version, and players: workers of one
// build reduced to their steps, so that a test decides who claims when.

#include <doctest/doctest.h>

#include <boost/describe.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "engine/client/client.hpp"
#include "engine/client/deployments.hpp"
#include "engine/deploy/groups.hpp"
#include "engine/store/worker_store.hpp"
#include "tests/support/database.hpp"

namespace test {

using namespace durable;
using namespace std::chrono_literals;

struct Order {
    std::string item;
    int count = 1;
};
BOOST_DESCRIBE_STRUCT(Order, (), (item, count))
/// The same, as a later version of the program knows it: orders without an address do not decode.
struct AddressedOrder {
    std::string item;
    int count = 1;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(AddressedOrder, (), (item, count, address))

inline constexpr Activity<Order, std::string> reserve{"reserve", {.start_to_close = 30s}};
inline constexpr Activity<Order, std::string> reserve_stock{"reserve_stock", {.start_to_close = 30s}};
inline constexpr Activity<std::string, Nothing> ship{"ship", {.start_to_close = 30s}};
inline constexpr WorkflowType<Order, std::string> ordering{"ordering"};
inline constexpr WorkflowType<AddressedOrder, std::string> addressed_ordering{"ordering"};
inline constexpr WorkflowType<Nothing, std::string> waiting{"waiting"};    // for a signal; upgrades by itself
inline constexpr WorkflowType<Nothing, std::string> faithful{"faithful"};  // the same, pinned
inline constexpr Signal<std::string> word{"word"};
inline constexpr Signal<Order> word_as_order{"word"};

enum class Code {
    old,
    renamed_step,      ///< ordering reserves by another activity
    needs_an_address,  ///< ordering's input has a field more
    other_signal,      ///< waiting takes an Order where a text is sent
    patched,           ///< waiting asks for the patch "greeting" before it waits
    deprecating,       ///< ...and later only deprecates it
};
[[nodiscard]] WorkflowRegistry workflows_of(Code code);

/// A worker of one build, by hand. One thread.
class Player {
  public:
    Player(const std::string& url, const WorkflowRegistry& workflows, std::string build);

    /// Claims what it may, runs its code once, commits; activities get rows. The ids of the runs.
    std::set<RunId> play();
    /// Until there is nothing to claim.
    std::set<RunId> play_all();
    void sweep() { static_cast<void>(control_.sweep()); }

  private:
    [[nodiscard]] store::RunCommit turn(const store::ClaimedRun& claimed, Timestamp now);

    const WorkflowRegistry& workflows_;
    const std::string build_;
    store::ControlConnection control_;
    store::HotConnection hot_;
};

struct Stage {
    Database database;
    client::Client client{{.connection_string = database.url()}};
    client::DeploymentClient deployments{{.connection_string = database.url()}};

    template <class Input, class Output>
    RunId start(const WorkflowType<Input, Output>& type, const std::type_identity_t<Input>& input,
                const std::string& id) {
        return client.start(type, input, {.workflow = WorkflowId{id}}).run;
    }
    void signal(RunId run, const std::string& text) {
        CHECK(client.signal({.run = run}, word, text) == client::SendResult::delivered);
    }
    [[nodiscard]] deploy::Rehearsal rehearse(const WorkflowRegistry& workflows,
                                             deploy::RehearsalOptions options = {}) const;
    /// A verdict on `build` as `deploy check` of that build would give it.
    void judge(const std::string& build, const WorkflowRegistry& workflows);
    client::Promoted::Outcome promote(const std::string& build, int percent = 100);
    client::Promoted::Outcome force(const std::string& build, int percent = 100);
    [[nodiscard]] client::BuildInfo build(const std::string& name);
    /// The builds that have recorded the run's activations, in order.
    [[nodiscard]] std::vector<std::string> recorded_by(RunId run);
    void must_hold() const;
};

}  // namespace test
