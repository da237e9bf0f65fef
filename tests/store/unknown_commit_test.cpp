// Commits whose answer is lost: whatever really happened, the caller learns it and nothing happens twice.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "tests/store/fixture.hpp"

using namespace std::chrono_literals;
using durable::store::Faults;
using Next = durable::store::RunCommit::Next;

namespace {

/// Injects at one point of one statement, the first `times` times.
Faults once(Faults::Point where, const char* statement, int times = 1) {
    return {[where, statement = std::string{statement}, left = std::make_shared<int>(times)](
                Faults::Point point, const char* name) {
        return point == where && name == statement && (*left)-- > 0;
    }};
}

/// A worker whose connection fails as `point` says at its first batch, after runs have been claimed by a
/// sound one.
struct Unlucky : test::StoreFixture {
    explicit Unlucky() : worker(register_worker()), sound(database.url()) {}

    std::vector<durable::store::ClaimedRun> claimed(int count) {
        start_many(count);
        return test::claim(sound, worker, count);
    }

    durable::store::WorkerNo worker;
    durable::store::HotConnection sound;
};

constexpr auto points = {Faults::Point::before_send, Faults::Point::after_commit_reply_lost};

}  // namespace

TEST_CASE_FIXTURE(Unlucky,
                  "each kind of commit, and the claim beside it, survives a lost connection on either side") {
    using namespace test;
    for (const Faults::Point point : points) {
        CAPTURE(static_cast<int>(point));
        const auto runs = claimed(5);
        const auto waiting = start_many(3, fmt::format("waiting-{}", static_cast<int>(point)));
        RunCommit block = commit_of(runs[2], {}, Next::block);
        block.blocked_kind = "mismatch";
        block.wake_at = database.now() + 1h;
        RunCommit rows_only = commit_of(runs[4], {});
        rows_only.activities = {row_of(runs[4], EventId{1}, database.now())};
        const Batch batch{worker,
                          {commit_of(runs[0], {history::SideEffectRecorded{}}),
                           release_of(runs[1], database.now() + 1h), block, close_of(runs[3]), rows_only},
                          {"default", 10}};

        HotConnection unlucky{database.url(), once(point, "commit_batch")};
        const BatchResult result = unlucky.commit(batch);
        CHECK(result.committed.size() == 5);
        CHECK(result.lost.empty());
        CHECK(result.now > Timestamp{});
        REQUIRE(result.claimed.size() == waiting.size());
        for (const ClaimedRun& run : result.claimed) CHECK(run.start);

        CHECK(history(runs[0].run).size() == 2);
        CHECK(history(runs[1].run).size() == 2);
        CHECK(describe(runs[2].run)->blocked->failures == 1);
        CHECK(describe(runs[3].run)->status == replay::RunStatus::completed);
        CHECK(describe(runs[4].run)->activities.size() == 1);
        // The fences that were handed out are the ones in the database.
        for (const ClaimedRun& run : result.claimed) {
            CHECK(sound.commit({worker, {close_of(run)}, {}}).committed.size() == 1);
        }
        database.execute("truncate engine.live_runs, engine.workflow_ids, engine.activities, engine.blocked");
    }
}

TEST_CASE_FIXTURE(Unlucky,
                  "a row that was written, taken and finished before its writer heard of it comes once") {
    using namespace test;
    const auto runs = claimed(1);
    RunCommit commit = commit_of(runs[0], {});
    commit.activities = {row_of(runs[0], EventId{1}, database.now())};
    // Between the lost reply and its settlement another worker takes the row and finishes it.
    Faults faults{[this, done = std::make_shared<bool>(false)](Faults::Point point, const char* name) {
        if (point != Faults::Point::after_commit_reply_lost || std::string_view{name} != "commit_batch")
            return false;
        if (std::exchange(*done, true)) return false;
        ActivityStore other{database.url()};
        const WorkerNo helper = register_worker("helper");
        const auto taken = other.claim(helper, "default", {"work"}, 1);
        REQUIRE(taken.size() == 1);
        const auto event = history::encode_event(history::ActivityCompleted{taken[0].row.activity, {}, 1});
        CHECK(other.end(helper, {{taken[0].row.run, taken[0].row.activity, taken[0].fence, event, {}}})
                  .empty());
        return true;
    }};
    HotConnection unlucky{database.url(), faults};
    CHECK(unlucky.commit({worker, {commit}, {}}).committed.size() == 1);
    CHECK(database.value("select count(*) from engine.activities") == "0");
    CHECK(database.value("select count(*) from engine.inbox") == "1");
}

TEST_CASE_FIXTURE(Unlucky, "a released run that somebody else has taken since counts as committed") {
    using namespace test;
    const auto runs = claimed(1);
    Faults faults{[this, done = std::make_shared<bool>(false)](Faults::Point point, const char* name) {
        if (point != Faults::Point::after_commit_reply_lost || std::string_view{name} != "commit_batch")
            return false;
        if (std::exchange(*done, true)) return false;
        const WorkerNo other = register_worker("other");
        const auto taken = claim(sound, other);
        REQUIRE(taken.size() == 1);
        CHECK(sound.commit({other, {commit_of(taken[0], {history::SideEffectRecorded{}})}, {}})
                  .committed.size() == 1);
        return true;
    }};
    HotConnection unlucky{database.url(), faults};
    const BatchResult result = unlucky.commit({worker, {release_of(runs[0], database.now())}, {}});
    CHECK(result.committed.size() == 1);
    CHECK(history(runs[0].run).size() == 3);
}

TEST_CASE_FIXTURE(Unlucky, "a claim that was lost and taken away is made again under another token") {
    using namespace test;
    const auto runs = start_many(1);
    std::string first;
    Faults faults{[&](Faults::Point point, const char* name) {
        if (point != Faults::Point::after_commit_reply_lost || std::string_view{name} != "commit_batch")
            return false;
        if (!first.empty()) return false;
        first = database.value("select token from engine.live_runs where owner is not null");
        database.execute("update engine.live_runs set owner = null, epoch = epoch + 1");
        return true;
    }};
    HotConnection unlucky{database.url(), faults};
    const BatchResult result = unlucky.commit({worker, {}, {"default", 1}});
    REQUIRE(!first.empty());
    REQUIRE(result.claimed.size() == 1);
    CHECK(result.claimed[0].run == runs[0]);
    CHECK(std::to_string(result.claimed[0].fence.token) != first);
    CHECK(database.value("select token from engine.live_runs") ==
          std::to_string(result.claimed[0].fence.token));
}

TEST_CASE_FIXTURE(Unlucky,
                  "lost in between: a run that was taken away before the second try is lost, not repeated") {
    using namespace test;
    const auto runs = claimed(2);
    Faults faults{[&, done = std::make_shared<bool>(false)](Faults::Point point, const char* name) {
        if (point != Faults::Point::before_send || std::string_view{name} != "commit_batch") return false;
        if (std::exchange(*done, true)) return false;
        sound.release(worker, {{runs[0].run, runs[0].fence}});
        return true;
    }};
    HotConnection unlucky{database.url(), faults};
    const BatchResult result = unlucky.commit({worker,
                                               {commit_of(runs[0], {history::SideEffectRecorded{}}),
                                                commit_of(runs[1], {history::SideEffectRecorded{}})},
                                               {}});
    CHECK(result.lost == std::vector{runs[0].run});
    CHECK(result.committed == std::vector{runs[1].run});
}

TEST_CASE_FIXTURE(
    Unlucky, "while nobody answers the call ends with StoreUnavailable; the same batch later settles it") {
    using namespace test;
    const auto runs = claimed(1);
    start_many(2, "waiting");
    const Batch batch{worker, {commit_of(runs[0], {history::SideEffectRecorded{}})}, {"default", 10}};
    struct Network {
        bool up = true;
        bool loses_next_reply = true;
    } network;
    Faults faults{[&network](Faults::Point point, const char*) {
        if (point == Faults::Point::before_send) return !network.up;
        if (point != Faults::Point::after_commit_reply_lost) return false;
        if (!std::exchange(network.loses_next_reply, false)) return false;
        network.up = false;
        return true;
    }};
    faults.patience = 300ms;
    HotConnection unlucky{database.url(), faults};
    CHECK_THROWS_AS(unlucky.commit(batch), StoreUnavailable);
    CHECK(history(runs[0].run).size() == 2);  // it had been committed

    network.up = true;
    const BatchResult result = unlucky.commit(batch);
    CHECK(result.committed.size() == 1);
    CHECK(result.claimed.size() == 2);
    CHECK(history(runs[0].run).size() == 2);
}

TEST_CASE_FIXTURE(Unlucky, "the end of a run is told by the connection that has committed it") {
    using namespace test;
    const auto runs = claimed(2);
    ClosedListener listener{database.url()};
    Batch batch{worker, {close_of(runs[0])}, {}};
    CHECK_FALSE(sound.commit(batch).told_closed);
    CHECK_FALSE(listener.wait(50ms));
    batch.commits = {close_of(runs[1])};
    batch.tell_closed = true;
    CHECK(sound.commit(batch).told_closed);
    CHECK(listener.wait(10s));
}

TEST_CASE_FIXTURE(Unlucky, "an end that was committed unheard is not taken for told") {
    using namespace test;
    const auto runs = claimed(1);
    Batch batch{worker, {close_of(runs[0])}, {}, true};
    HotConnection unlucky{database.url(), once(Faults::Point::after_commit_reply_lost, "commit_batch")};
    const BatchResult result = unlucky.commit(batch);
    CHECK(result.committed.size() == 1);
    CHECK_FALSE(result.told_closed);
}

TEST_CASE_FIXTURE(Unlucky,
                  "a commit that is refused leaves its session sound, although something was to follow") {
    using namespace test;
    const auto runs = claimed(2);
    Batch batch{worker, {close_of(runs[0]), close_of(runs[1])}, {}, true};
    batch.commits[0].fence.epoch += 1;
    const BatchResult result = sound.commit(batch);
    CHECK(result.lost.size() == 1);
    CHECK(result.committed.size() == 1);
    CHECK(sound.owned(worker).size() == 1);
}
