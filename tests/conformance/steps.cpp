#include "tests/conformance/steps.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/workflow/workflow.hpp"

namespace conformance {

namespace asio = boost::asio;
using durable::ActivityContext;
using durable::Timestamp;
using durable::testing::TestEnvironment;
using durable::worker::awaitable;

// --- the board ---------------------------------------------------------------------------------------------

void Board::note(const std::string& line, Timestamp at) {
    const std::scoped_lock lock{mutex_};
    lines_[line].push_back(at);
}
void Board::say(const std::string& what, const std::string& text) {
    const std::scoped_lock lock{mutex_};
    texts_[what] = text;
}
int Board::noted(const std::string& line) const {
    return static_cast<int>(times(line).size());
}
std::vector<Timestamp> Board::times(const std::string& line) const {
    const std::scoped_lock lock{mutex_};
    const auto found = lines_.find(line);
    return found == lines_.end() ? std::vector<Timestamp>{} : found->second;
}
std::string Board::said(const std::string& what) const {
    const std::scoped_lock lock{mutex_};
    const auto found = texts_.find(what);
    return found == texts_.end() ? "" : found->second;
}
void Board::wait_for(const std::string& line, int times) const {
    INFO("waiting for \"" << line << "\", " << times << " times");
    REQUIRE(eventually([&] { return noted(line) >= times; }));
}

// --- the workflow of one step ------------------------------------------------------------------------------

namespace {

durable::Task<int> run_one_step(durable::Workflow& wf, durable::ActivityOptions options) {
    co_return co_await wf.run(step, 1, std::move(options));
}

awaitable<void> nap() {
    asio::steady_timer timer{co_await asio::this_coro::executor, 2ms};
    co_await timer.async_wait(asio::use_awaitable);
}

/// Notes that an attempt was asked to stop, or broken off at whatever it awaited.
struct Leaving {
    explicit Leaving(BoardPtr where) : board(std::move(where)) {}
    ~Leaving() {
        if (!done) board->note("stopped");
    }
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;
    BoardPtr board;
    bool done = false;
};

awaitable<int> hand_out(BoardPtr board, ActivityContext& context) {
    board->say("token", context.completion_token());
    board->note("began", context.info().started_at);
    context.complete_later();
    co_return 0;
}

}  // namespace

BoardPtr add_step(TestEnvironment& env, const Doing& doing) {
    auto board = std::make_shared<Board>();
    env.add(one_step, run_one_step);
    env.activities().async(step, [=](ActivityContext& context, int) { return doing(board, context); });
    return board;
}
BoardPtr add_handed_out_step(TestEnvironment& env) {
    auto board = std::make_shared<Board>();
    env.add(one_step, run_one_step);
    env.activities().external(step, [=](ActivityContext& context, int) { return hand_out(board, context); });
    return board;
}
durable::testing::Fake<int, int> fake_step(TestEnvironment& env) {
    env.add(one_step, run_one_step);
    return env.fake(step, [](const int& input) { return input; });
}

// --- what an attempt does ----------------------------------------------------------------------------------

awaitable<int> stay(BoardPtr board, ActivityContext& context) {
    board->note("began", context.info().started_at);
    Leaving leaving{board};
    while (board->noted("open") == 0) {
        if (context.stop_token().stop_requested()) throw durable::Canceled{"asked to stop"};
        co_await nap();
    }
    leaving.done = true;
    co_return context.info().attempt;
}

awaitable<int> stay_deaf(BoardPtr board, ActivityContext& context) {
    board->note("began", context.info().started_at);
    bool asked = false;
    while (board->noted("open") == 0) {
        if (!asked && context.stop_token().stop_requested()) board->note("asked");
        asked = context.stop_token().stop_requested();
        co_await nap();
    }
    board->note("ended");
    co_return context.info().attempt;
}

awaitable<int> fall_silent_once(BoardPtr board, ActivityContext& context) {
    board->note("began", context.info().started_at);
    if (context.info().attempt > 1) co_return durable::decode<int>(context.heartbeat_details());
    context.heartbeat(durable::encode(5));
    while (true) co_await nap();
}

awaitable<int> beat_and_fail(BoardPtr board, ActivityContext& context) {
    const int attempt = context.info().attempt;
    board->say("details", context.heartbeat_details().json);
    board->note("began", context.info().started_at);
    context.heartbeat(durable::encode(10 * attempt));
    if (board->noted("mended") == 0) throw durable::ApplicationError{"Broken", "the vendor is down"};
    co_return attempt;
}

durable::client::ClientOptions options_for(TestEnvironment& env) {
    return {.connection_string = env.database().url()};
}

}  // namespace conformance
