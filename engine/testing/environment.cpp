#include "engine/testing/environment.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include "engine/testing/replay_history.hpp"

namespace durable::testing {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a test may wait, by the wall, for something that is under way.
constexpr std::chrono::seconds patience{60};
/// And for everything together: a workflow that never ends has a next timer for ever.
constexpr std::chrono::minutes patience_in_all{10};

}  // namespace

class TestEnvironment::Impl {
  public:
    explicit Impl(std::unique_ptr<WorkerHost> host)
        : host_(std::move(host)),
          ledger_(std::make_shared<Ledger>(database_.url())),
          options_(quick_options(database_.url())),
          client_({.connection_string = database_.url(), .notifications = !host_->needs_single_thread()}),
          begun_(database_.look().now) {}
    ~Impl() { host_->stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void must_not_have_started() const {
        if (started_) {
            throw TestFailure(
                "workflows, fakes and options have to be given before the first start: the worker runs");
        }
    }
    void start_worker() {
        if (started_) return;
        started_ = true;
        host_->start({options_, workflows_, activities_});
    }

    /// What a wait is for: the end of a run, a moment, or just that nothing is left to do.
    struct Goal {
        std::optional<RunId> run{};
        std::optional<Timestamp> until{};
    };
    void drive(const Goal& goal) {
        const auto give_up_on_all = Clock::now() + patience_in_all;
        auto give_up = Clock::now() + patience;
        std::chrono::milliseconds pause{1};
        while (true) {
            host_->tend(database_);
            const Look look = database_.look(goal.run);
            if (!look.blocked.empty()) throw TestFailure(look.blocked);
            if (goal.run && !look.open) return;
            if (act(look.now)) continue;
            if (look.working) {
                if (Clock::now() > give_up) throw TestFailure("nothing comes to an end: " + waits_for(goal));
                std::this_thread::sleep_for(pause);
                pause = std::min(pause * 2, std::chrono::milliseconds{8});
                continue;
            }
            if (!goal.run && (!goal.until || look.now >= *goal.until)) return;
            if (Clock::now() > give_up_on_all) throw TestFailure("it goes on for ever: " + waits_for(goal));
            jump(look, goal);
            give_up = Clock::now() + patience;
            pause = std::chrono::milliseconds{1};
        }
    }

    /// Throws TestFailure if the code of a run would not do again what it has done.
    void replay_what_grew() {
        for (const RunLength& run : database_.run_lengths()) {
            std::int32_t& replayed = replayed_[run.run];
            if (run.events <= replayed || !workflows_.knows(run.type)) continue;
            const auto blocked = replay_history(workflows_, run.run, client_.history(run.run)).blocked;
            if (blocked) {
                throw TestFailure("a run of " + run.type +
                                  " would not do the same again: " + blocked->reason);
            }
            replayed = run.events;
        }
    }

    std::unique_ptr<WorkerHost> host_;
    TestDatabase database_;
    std::shared_ptr<Ledger> ledger_;
    WorkflowRegistry workflows_;
    worker::ActivityRegistry activities_;
    worker::WorkerOptions options_;
    client::Client client_;
    Timestamp begun_;
    std::multimap<Timestamp, std::function<void()>> actions_;
    bool started_ = false;

  private:
    std::map<RunId, std::int32_t> replayed_;  ///< events of each run that were replayed

    /// True if an action of the test was due.
    bool act(Timestamp now) {
        if (actions_.empty() || actions_.begin()->first > now) return false;
        auto node = actions_.extract(actions_.begin());
        node.mapped()();
        return true;
    }
    void jump(const Look& look, const Goal& goal) {
        std::optional<Timestamp> next = look.next;
        const auto sooner = [&next](Timestamp moment) { next = next ? std::min(*next, moment) : moment; };
        if (!actions_.empty()) sooner(actions_.begin()->first);
        if (goal.until) sooner(*goal.until);
        if (!next) throw TestFailure("nothing would ever happen: " + waits_for(goal));
        database_.advance_to(*next);
    }
    std::string waits_for(const Goal& goal) {
        if (!goal.run) return "something is under way that does not end";
        client::RunRef ref;
        ref.run = goal.run;
        return client_.why(workflows_, ref).cause;
    }
};

TestEnvironment::TestEnvironment(std::unique_ptr<WorkerHost> host)
    : impl_(std::make_unique<Impl>(std::move(host))) {}
TestEnvironment::~TestEnvironment() = default;

WorkflowRegistry& TestEnvironment::workflows() {
    return impl_->workflows_;
}
worker::ActivityRegistry& TestEnvironment::activities() {
    return impl_->activities_;
}
client::Client& TestEnvironment::client() {
    return impl_->client_;
}
TestDatabase& TestEnvironment::database() {
    return impl_->database_;
}

std::shared_ptr<FakeDesk> TestEnvironment::new_desk(std::string activity, Delivery delivery) {
    impl_->must_not_have_started();
    return std::make_shared<FakeDesk>(std::move(activity), delivery, impl_->ledger_);
}

void TestEnvironment::configure(const std::function<void(worker::WorkerOptions&)>& change) {
    impl_->must_not_have_started();
    change(impl_->options_);
}

RunId TestEnvironment::start(const std::string& type, const Payload& input, const std::string& workflow_id) {
    if (!workflows().knows(type))
        throw TestFailure("no workflow called " + type + " was added to the environment");
    impl_->start_worker();
    client::StartOptions options;
    options.workflow = WorkflowId{workflow_id};
    const auto started = client().start(type, input, options);
    if (started.outcome != store::StartResult::Outcome::started) {
        throw TestFailure(type + " was not started: the workflow id " + workflow_id + " is taken");
    }
    database().wake();
    return started.run;
}

void TestEnvironment::send(RunId run, const std::string& name, const Payload& message) {
    const auto sent = client().signal(reference(run), name, message, {});
    if (sent != store::SendResult::delivered) throw TestFailure("the signal " + name + " found no open run");
    database().wake();
}

void TestEnvironment::cancel(RunId run, const std::string& reason) {
    const auto sent = client().cancel(reference(run), reason, "test");
    if (sent != store::SendResult::delivered) throw TestFailure("the cancel request found no open run");
    database().wake();
}

client::RunResult TestEnvironment::outcome(RunId run) {
    impl_->start_worker();
    impl_->drive({.run = run});
    client::RunResult ended = client().wait_result(reference(run), patience);
    impl_->replay_what_grew();
    return ended;
}

void TestEnvironment::at(Duration since_begin, std::function<void()> action) {
    impl_->actions_.emplace(impl_->begun_ + since_begin, std::move(action));
}
void TestEnvironment::skip(Duration duration) {
    impl_->start_worker();
    impl_->drive({.until = now() + duration});
    impl_->replay_what_grew();
}
void TestEnvironment::settle() {
    impl_->start_worker();
    impl_->drive({});
    impl_->replay_what_grew();
}
Timestamp TestEnvironment::now() {
    return impl_->database_.look().now;
}
Duration TestEnvironment::elapsed() {
    return now() - impl_->begun_;
}

}  // namespace durable::testing
