// Real workers of two builds beside each other.

#include "engine/worker/worker.hpp"
#include "tests/deploy/stage.hpp"

namespace test {
namespace {

/// A worker of one build that runs workflows only.
class Crew {
  public:
    Crew(const std::string& url, const std::string& build) {
        worker::WorkerOptions options;
        options.connection_string = url;
        options.name = "worker of " + build;
        options.build = build;
        options.lease = 5s;
        options.sweep_every = 100ms;
        worker_ = std::make_unique<worker::Worker>(std::move(options), workflows_, activities_);
        worker_->start();
    }

  private:
    WorkflowRegistry workflows_ = workflows_of(Code::old);
    worker::ActivityRegistry activities_;
    std::unique_ptr<worker::Worker> worker_;
};

client::RunResult end_of(Stage& stage, RunId run) {
    return stage.client.wait_result({.run = run}, 60s);
}

/// Waits until the run has had its first turn.
void begun(Stage& stage, RunId run) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (stage.client.history(run).size() < 2) REQUIRE(std::chrono::steady_clock::now() < until);
}

}  // namespace

TEST_CASE("workers: the pinned run ends where it began, the other one where the promotion leads") {
    Stage stage;
    REQUIRE(stage.force("build-1") == client::Promoted::Outcome::done);
    const Crew first{stage.database.url(), "build-1"};
    const Crew second{stage.database.url(), "build-2"};
    const RunId pinned = stage.start(faithful, {}, "pinned");
    const RunId moving = stage.start(waiting, {}, "moving");
    begun(stage, pinned);
    begun(stage, moving);
    CHECK(stage.recorded_by(pinned).back() == "build-1");
    CHECK(stage.recorded_by(moving).back() == "build-1");

    REQUIRE(stage.force("build-2") == client::Promoted::Outcome::done);
    stage.signal(pinned, "hello");
    stage.signal(moving, "hello");
    CHECK(end_of(stage, pinned).status == replay::RunStatus::completed);
    CHECK(end_of(stage, moving).status == replay::RunStatus::completed);
    CHECK(stage.recorded_by(pinned).back() == "build-1");
    CHECK(stage.recorded_by(moving).back() == "build-2");
    stage.must_hold();
}

}  // namespace test
