#include "activities/start_runs.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "engine/worker/activities.hpp"

namespace callflex {
namespace {

using boost::asio::awaitable;

struct Office {
    explicit Office(RunStarter given) : starter(std::move(given)) {}

    const RunStarter starter;
    boost::asio::thread_pool thread{1};
};

/// Runs on the office's thread.
awaitable<RunsStarted> start_all(std::shared_ptr<Office> office, RunsToStart wanted) {
    RunsStarted result;
    for (const RunToStart& run : wanted.runs) {
        if (office->starter(run, wanted.again)) ++result.started;
    }
    co_return result;
}

awaitable<RunsStarted> start_there(std::shared_ptr<Office> office, RunsToStart wanted) {
    if (!office->starter) {
        throw durable::ApplicationError("NoRunStarter", "this worker has nothing to start runs with",
                                        {.retryable = false});
    }
    co_return co_await boost::asio::co_spawn(office->thread, start_all(office, std::move(wanted)),
                                             boost::asio::use_awaitable);
}

}  // namespace

void register_start_runs(durable::worker::ActivityRegistry& registry, RunStarter starter) {
    auto office = std::make_shared<Office>(std::move(starter));
    registry.async(start_runs, [office = std::move(office)](durable::ActivityContext&, RunsToStart wanted) {
        return start_there(office, std::move(wanted));
    });
}

}  // namespace callflex
