#pragma once
// Where fakes write down what they were asked and what they did: a table of the test's database, so that it
// outlives every worker, and what a vendor would know. Thread-safe; may be used on both sides of a fork.

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/payload.hpp"

namespace durable::testing {

class Ledger {
  public:
    enum class Outcome : std::uint8_t {
        done,     ///< it had its effect
        failed,   ///< it had none
        unknown,  ///< the caller could not tell (OutcomeUnknown)
    };
    struct Call {
        std::string activity;
        std::string key;  ///< ActivityInfo::idempotency_key
        int attempt = 1;
        Payload input;
        Delivery delivery = Delivery::at_least_once;
    };
    struct Counts {
        int calls = 0;
        int done = 0;
        int failed = 0;
    };
    struct Earlier {
        Outcome outcome;
        Payload output;
    };

    /// Connects when first used.
    explicit Ledger(std::string url);
    ~Ledger();

    /// Writes a call down; what has been written down of an activity.
    void record(const Call& call, Outcome outcome, const Payload* output);
    [[nodiscard]] Counts counts(const std::string& activity);
    [[nodiscard]] std::vector<Payload> inputs(const std::string& activity);
    /// What an earlier attempt of the same activity did, if it did anything.
    [[nodiscard]] std::optional<Earlier> earlier(const std::string& activity, const std::string& key);

  private:
    /// This process' own connection: one that came over a fork belongs to the parent.
    [[nodiscard]] pqxx::connection& connection();

    std::string url_;
    std::mutex mutex_;  ///< guards the connection
    pid_t process_ = 0;
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<pqxx::connection>
        inherited_;  ///< the parent's, in a worker's process, which never closes it
};

}  // namespace durable::testing
