// Who goes round the worker's loop: its own thread, or whoever has news while it sleeps.

#include "engine/worker/loop_turns.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "tests/support/eventually.hpp"

using namespace durable::worker;
using namespace std::chrono_literals;

namespace {

/// A loop that notes on which thread it was gone round, and for how many messages.
class NotedLoop final : public Loop {
  public:
    void turn(std::vector<LoopMessage> messages) override {
        by = std::this_thread::get_id();
        for (LoopMessage& message : messages) {
            if (std::holds_alternative<StopRequested>(message)) over = true;
            if (std::holds_alternative<RegisteredAs>(message)) ++registered;
            if (std::holds_alternative<RegistrationLost>(message)) soon = Clock::now() + 1ms;
        }
        if (messages.empty() && Clock::now() >= soon) {
            soon = never;
            ++looked;
        }
        if (during_turn) during_turn();
    }
    [[nodiscard]] Clock::time_point next_look_at() const override { return soon; }
    [[nodiscard]] bool drained() const override { return over; }
    [[nodiscard]] bool has_only(const LoopMessage&) const override { return quiet; }

    static constexpr Clock::time_point never = Clock::time_point::max();
    std::atomic<bool> quiet = true;
    std::atomic<int> registered = 0, looked = 0;
    std::atomic<std::thread::id> by;
    std::function<void()> during_turn;

  private:
    bool over = false;
    Clock::time_point soon = Clock::now() + 1h;
};

/// The loop on its thread, which sleeps.
struct Sleeping {
    explicit Sleeping() {
        // It sleeps once news is acted upon here, with none left that it has been woken for.
        CHECK(::test::eventually([this] {
            turns.bring(RegisteredAs{});
            ++before;
            while (loop.registered < before) std::this_thread::yield();
            return loop.by.load() == std::this_thread::get_id();
        }));
    }
    ~Sleeping() {
        if (!thread.joinable()) return;
        mailbox->put(StopRequested{});
        thread.join();
    }

    NotedLoop loop;
    LoopMailbox mailbox = std::make_shared<Mailbox<LoopMessage>>();
    LoopTurns turns{mailbox};
    std::thread thread{[this] { turns.run(loop); }};
    int before = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Sleeping, "news for a loop that sleeps is acted upon by whoever brings it") {
    turns.bring(RegisteredAs{});
    CHECK(loop.registered == before + 1);
    CHECK(loop.by.load() == std::this_thread::get_id());
}

TEST_CASE_FIXTURE(Sleeping, "news beside which other things go on is left to the loop's thread") {
    loop.quiet = false;
    turns.bring(RegisteredAs{});
    CHECK(::test::eventually([&] { return loop.registered == before + 1; }));
    CHECK(loop.by.load() == thread.get_id());
}

TEST_CASE_FIXTURE(Sleeping, "news that comes while somebody goes round waits for no one, and is not lost") {
    std::promise<void> inside, go_on;
    loop.during_turn = [&, held = std::make_shared<std::atomic<bool>>(false)] {
        if (held->exchange(true)) return;
        inside.set_value();
        go_on.get_future().wait();
    };
    std::thread first{[&] { turns.bring(RegisteredAs{}); }};
    inside.get_future().wait();
    turns.bring(RegisteredAs{});
    CHECK(loop.registered == before + 1);
    go_on.set_value();
    first.join();
    CHECK(::test::eventually([&] { return loop.registered == before + 2; }));
}

TEST_CASE_FIXTURE(Sleeping, "the sleeper wakes when there is something to do sooner than it knew") {
    turns.bring(RegistrationLost{});  // here: nobody else has been woken yet
    CHECK(::test::eventually([&] { return loop.looked == 1; }));
    CHECK(loop.by.load() == thread.get_id());
}

TEST_CASE_FIXTURE(Sleeping,
                  "a loop that is drained by somebody else's turn ends, and news for it stays where it is") {
    turns.bring(StopRequested{});
    thread.join();
    turns.bring(RegisteredAs{});
    CHECK(loop.registered == before);
    CHECK_FALSE(mailbox->empty());
}
