#pragma once
// Callers of the client who write down what they were told is safe, and what must have become of it.

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "engine/client/client.hpp"
#include "tests/faults/database/reporters.hpp"

namespace test {

/// Starts tallies and signals them, one after the other, on a thread of its own. A verb that throws StoreUnavailable
/// is done again with the same request id, as a careful caller does.
class TallyCaller {
  public:
    /// Signals that each tally gets: 1, 2, 3.
    static constexpr int marks = 3;

    TallyCaller(const std::string& url, const std::string& name, Acknowledgements& acknowledged);
    ~TallyCaller();
    TallyCaller(const TallyCaller&) = delete;
    TallyCaller& operator=(const TallyCaller&) = delete;

    /// Ends the one that is under way. The workflow ids of those that have got all their marks.
    std::vector<std::string> stop();
    /// Verbs that were given up by the client, and done again.
    [[nodiscard]] int given_up() const { return given_up_; }

  private:
    void run(const std::stop_token& stop);
    void one_tally(const std::string& id);
    void until_done(const std::string& what, const std::function<void()>& verb);

    durable::client::Client client_;
    const std::string name_;
    Acknowledgements& acknowledged_;
    std::vector<std::string> complete_;
    std::atomic<int> given_up_ = 0;
    std::jthread thread_;
};

/// Tallies among these that have not counted each mark once: "<workflow id>: <sum>".
[[nodiscard]] std::vector<std::string> wrong_tallies(const FragileWorld& world,
                                                     const std::vector<std::string>& ids);

}  // namespace test
