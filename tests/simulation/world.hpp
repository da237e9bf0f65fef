#pragma once
// What lies outside of the engine: vendors that take their time, lose answers and remember what they did, and the
// faults that the seed has in store. It survives every worker.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/worker/activities.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/tampering.hpp"
#include "tests/simulation/virtual_time.hpp"

namespace simulation {

/// What may break, and how often in a million chances. A seed draws a few of them, so that rare pairs meet.
struct FaultRates {
    int refused = 0;       ///< a statement is lost on its way to the server
    int answer_lost = 0;   ///< it has committed, and nobody hears of it
    int rolled_back = 0;   ///< a statement's transaction, by a deadlock or a time-out
    int killed = 0;        ///< a worker's process, at any step
    int frozen = 0;        ///< a worker, for longer than its lease
    int vendor_fails = 0;  ///< answers with an error, having done nothing
    int vendor_mute = 0;   ///< does it, but the answer never comes
    int repeated = 0;      ///< a client does not hear of its success, and asks again
};

/// Whether something breaks now. Every chance is numbered, so that a failing seed can be tried again with fewer faults.
class Faults {
  public:
    Faults(Dice dice, FaultRates rates) : dice_(dice), rates_(rates) {}

    [[nodiscard]] const FaultRates& rates() const { return rates_; }
    /// Draws; `rate` is one of the rates.
    bool strikes(int rate, const std::string& what);
    /// From now on nothing breaks.
    void cease() { over_ = true; }
    [[nodiscard]] bool over() const { return over_; }
    /// Only these may strike.
    void only(std::set<int> chances) { only_ = std::move(chances); }
    /// Those that have struck.
    [[nodiscard]] const std::vector<int>& struck() const { return struck_; }
    [[nodiscard]] const std::map<std::string, int>& counts() const { return counts_; }

  private:
    Dice dice_;
    FaultRates rates_;
    bool over_ = false;
    int chance_ = 0;
    std::optional<std::set<int>> only_;
    std::vector<int> struck_;
    std::map<std::string, int> counts_;
};

/// Wrong on purpose: negative controls, each to be caught.
struct Sabotage {
    bool key_of_attempt = false;      ///< vendors' keys differ from attempt to attempt
    bool never_reconcile = false;     ///< at-most-once activities claim that nothing has happened
    bool sweep_once = false;          ///< only at the start
    bool believe_every_send = false;  ///< a batch that was lost on its way counts as committed
    std::string schema_change{};      ///< SQL that breaks the engine's own functions
    bool forget_doubts = false;       ///< whether a business transaction was committed is not found out
    Rewrite rewrite{};                ///< of the engine's statements
};

/// Vendors as the engine's activities see them.
class World {
  public:
    World(Dice dice, VirtualTime& time, Faults& faults, const Sabotage& sabotage)
        : dice_(dice), time_(time), faults_(faults), sabotage_(sabotage) {}

    /// Implementations that call these vendors. The world must outlive them.
    [[nodiscard]] durable::worker::ActivityRegistry activities();
    /// Lets what is on its way arrive.
    void settle();

    [[nodiscard]] const std::map<std::string, int>& accounts() const { return accounts_; }
    /// Effects of sends, by activity.
    [[nodiscard]] const std::map<std::string, int>& sends() const { return sends_; }
    /// Orders that came with a known key and another content.
    [[nodiscard]] int contradictions() const { return contradictions_; }

  private:
    struct Exchange {
        std::string key;
        Order order;
        bool keyed = true;
        bool fails = false;
    };
    boost::asio::awaitable<int> call(durable::ActivityContext& context, Order order, bool keyed);
    boost::asio::awaitable<durable::Reconciled<int>> look(durable::ActivityContext& context, Order order);
    void arrive(const Exchange& exchange);

    Dice dice_;
    VirtualTime& time_;
    Faults& faults_;
    const Sabotage& sabotage_;
    std::multimap<std::chrono::nanoseconds, Exchange> on_the_way_;
    std::map<std::string, Order> seen_;  ///< by key
    std::map<std::string, int> tries_;   ///< by activity
    std::map<std::string, int> accounts_;
    std::map<std::string, int> sends_;
    int contradictions_ = 0;
};

}  // namespace simulation
