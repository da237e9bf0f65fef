#include "engine/testing/worker_host.hpp"

namespace durable::testing {
namespace {

class ThreadHost final : public WorkerHost {
  public:
    void start(const WorkerSetup& setup) override {
        worker_.emplace(setup.options, setup.workflows, setup.activities);
        worker_->start();
    }
    void tend(TestDatabase&) override {}
    void stop() override { worker_.reset(); }
    [[nodiscard]] bool needs_single_thread() const override { return false; }

  private:
    std::optional<worker::Worker> worker_;
};

}  // namespace

std::unique_ptr<WorkerHost> worker_in_this_process() {
    return std::make_unique<ThreadHost>();
}

worker::WorkerOptions quick_options(const std::string& url) {
    using std::chrono::milliseconds;
    worker::WorkerOptions options;
    options.connection_string = url;
    options.name = "testing kit";
    options.build = "test";
    options.lease = std::chrono::seconds{5};
    options.poll = {milliseconds{5}, milliseconds{50}};
    options.sweep_every = milliseconds{20};
    options.slots.transactional_threads = 2;
    return options;
}

}  // namespace durable::testing
