#include "api/bench/workers.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "api/bench/statistics.hpp"

namespace callflex::bench {
namespace {

constexpr std::chrono::seconds worker_grace{5};
/// A look at all metrics costs as much as some steps: a hundredth of the shortest drain.
constexpr std::chrono::milliseconds look_again{10};

struct Series {
    double sum = 0;
    double count = 0;
};

/// A counter or a histogram of one worker; nothing yet is zero.
Series series(const prometheus::Registry& metrics, const std::string& name) {
    Series found;
    for (const auto& family : metrics.Collect()) {
        if (family.name != name) continue;
        for (const auto& metric : family.metric) {
            found.sum += metric.histogram.sample_sum + metric.counter.value;
            found.count += static_cast<double>(metric.histogram.sample_count);
        }
        return found;
    }
    throw std::logic_error("the worker has no metric " + name);
}

}  // namespace

Workers::Workers(const std::string& url, int count, const Register& add, const Adjust& adjust) {
    add(workflows_, activities_);
    for (int number = 1; number <= count; ++number) {
        durable::worker::WorkerOptions options;
        options.connection_string = url;
        options.name = fmt::format("bench-{}", number);
        options.build = "bench";
        if (adjust) adjust(options);
        metrics_.push_back(std::make_shared<prometheus::Registry>());
        workers_.push_back(
            std::make_unique<durable::worker::Worker>(options, workflows_, activities_, metrics_.back()));
    }
    for (const auto& worker : workers_) worker->start();
}

void Workers::stop() {
    for (const auto& worker : workers_) worker->stop(worker_grace);
    for (const auto& worker : workers_) worker->wait();
}

double Workers::closed() const {
    double closed = 0;
    for (const auto& metrics : metrics_) closed += series(*metrics, "durable_worker_runs_closed_total").sum;
    return closed;
}

void Workers::wait_until_closed(int runs) const {
    constexpr std::chrono::minutes patience{10};
    double seen = 0;
    Stopwatch standing;
    for (double now = closed(); now < runs; now = closed()) {
        if (now > seen) standing = {};
        if (standing.seconds() > std::chrono::duration<double>{patience}.count()) {
            throw std::runtime_error(fmt::format("{:.0f} of {} runs are closed, and none for {} min", now,
                                                 runs, patience.count()));
        }
        seen = now;
        std::this_thread::sleep_for(look_again);
    }
}

double Workers::runs_per_batch() const {
    Series all;
    for (const auto& metrics : metrics_) {
        const Series one = series(*metrics, "durable_worker_batch_runs");
        all.sum += one.sum;
        all.count += one.count;
    }
    return all.count == 0 ? 0 : all.sum / all.count;
}

std::chrono::milliseconds own_cpu() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto milliseconds = [](const timeval& t) { return t.tv_sec * 1000 + t.tv_usec / 1000; };
    return std::chrono::milliseconds{milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)};
}

}  // namespace callflex::bench
