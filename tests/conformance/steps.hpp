#pragma once
// What the files on activities, time-outs, retries and cancellation share: a workflow of one step, attempts that do
// as the test's thread tells them, and a board on which the two write to each other.

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/client/activities.hpp"
#include "engine/testing/testing.hpp"
#include "engine/workflow/standalone.hpp"
#include "tests/conformance/support.hpp"
#include "tests/support/eventually.hpp"

namespace conformance {

using namespace std::chrono_literals;
using test::eventually;

/// Lines that have been noted, how often, and when by the database's clock. Thread-safe.
class Board {
  public:
    void note(const std::string& line, durable::Timestamp at = {});
    void say(const std::string& what, const std::string& text);
    [[nodiscard]] int noted(const std::string& line) const;
    /// The moments at which the line was noted.
    [[nodiscard]] std::vector<durable::Timestamp> times(const std::string& line) const;
    /// "" if nothing was said.
    [[nodiscard]] std::string said(const std::string& what) const;
    /// Fails the test if the line is not noted so often within a minute.
    void wait_for(const std::string& line, int times = 1) const;

  private:
    mutable std::mutex mutex_;  ///< guards both
    std::map<std::string, std::vector<durable::Timestamp>> lines_;
    std::map<std::string, std::string> texts_;
};
using BoardPtr = std::shared_ptr<Board>;

/// The step, and the workflow that does nothing but run it with the options it is given.
inline constexpr durable::Activity<int, int> step{"step", {.start_to_close = 1h}};
inline constexpr durable::WorkflowType<durable::ActivityOptions, int> one_step{"one_step"};
/// The step of `one_step` is the first command: event 2.
[[nodiscard]] inline durable::client::ActivityRef step_of(durable::RunId run) {
    return {ref(run), durable::EventId{2}};
}

/// Adds the workflow, and what an attempt of its step does.
using Doing = std::function<durable::worker::awaitable<int>(BoardPtr, durable::ActivityContext&)>;
BoardPtr add_step(durable::testing::TestEnvironment& env, const Doing& doing);
/// The same for one that is completed from outside: it says its "token" and hands itself out.
BoardPtr add_handed_out_step(durable::testing::TestEnvironment& env);
/// The same for an ordinary stand-in that answers with the step's input.
durable::testing::Fake<int, int> fake_step(durable::testing::TestEnvironment& env);

// What an attempt may do. Each notes "began" first; each gives its attempt as its result.

/// Stays until "open" is noted. Asked to stop it obeys; then, or broken off, "stopped" is noted.
durable::worker::awaitable<int> stay(BoardPtr board, durable::ActivityContext& context);
/// Stays until "open" is noted, asked to stop or not; notes "asked" and "ended".
durable::worker::awaitable<int> stay_deaf(BoardPtr board, durable::ActivityContext& context);
/// The first attempt gives one sign of life, 5, and stays for ever; the others give what they were handed.
durable::worker::awaitable<int> fall_silent_once(BoardPtr board, durable::ActivityContext& context);
/// Says the "details" it was handed, gives a sign of life, ten times its attempt, and fails until "mended" is noted.
durable::worker::awaitable<int> beat_and_fail(BoardPtr board, durable::ActivityContext& context);

/// For ActivityClient and other clients of the environment's database.
[[nodiscard]] durable::client::ClientOptions options_for(durable::testing::TestEnvironment& env);

}  // namespace conformance
