#include "engine/worker/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace durable::worker {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& buckets) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

/// There from the start, at zero: an alert needs no first failure to know of them.
std::array<prometheus::Counter*, blocked_kinds.size()> blocked_counters(prometheus::Registry& registry) {
    auto& family = prometheus::BuildCounter()
                       .Name("durable_worker_runs_blocked_total")
                       .Help("Activations that failed and blocked a run, by cause.")
                       .Register(registry);
    std::array<prometheus::Counter*, blocked_kinds.size()> counters{};
    for (std::size_t kind = 0; kind < counters.size(); ++kind)
        counters.at(kind) = &family.Add({{"kind", std::string{blocked_kinds.at(kind)}}});
    return counters;
}

const char* name_of(AttemptOutcome::Kind kind) {
    switch (kind) {
        case AttemptOutcome::Kind::completed:
        case AttemptOutcome::Kind::recorded:
            return "completed";
        case AttemptOutcome::Kind::failed:
            return "failed";
        case AttemptOutcome::Kind::unknown:
        case AttemptOutcome::Kind::still_unknown:
            return "unknown";
        case AttemptOutcome::Kind::handed_out:
            return "handed_out";
        case AttemptOutcome::Kind::lost:
            return "lost";
    }
    return "lost";
}

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

Metrics::Metrics(std::shared_ptr<prometheus::Registry> registry)
    : registry_(registry ? std::move(registry) : std::make_shared<prometheus::Registry>()),
      attempts_(prometheus::BuildCounter()
                    .Name("durable_worker_attempts_total")
                    .Help("Activity attempts ended, by type, way (eager or row) and outcome.")
                    .Register(*registry_)),
      claimed_(counter(*registry_, "durable_worker_runs_claimed_total", "Runs claimed.")),
      closed_(counter(*registry_, "durable_worker_runs_closed_total", "Runs closed here.")),
      blocked_(blocked_counters(*registry_)),
      activations_(counter(*registry_, "durable_worker_activations_total", "Activations made.")),
      replays_(counter(*registry_, "durable_worker_replays_total", "Cold replays.")),
      replayed_events_(counter(*registry_, "durable_worker_replayed_events_total", "Events replayed.")),
      rows_written_(counter(*registry_, "durable_worker_activity_rows_total",
                            "Activities that got a row instead of running here at once.")),
      taken_over_(
          counter(*registry_, "durable_worker_runs_taken_over_total", "Runs taken from dead workers.")),
      stuck_woken_(counter(*registry_, "durable_worker_stuck_runs_woken_total",
                           "Runs found that nothing would have woken. Above zero is a bug.")),
      trouble_(counter(*registry_, "durable_worker_database_failures_total", "Database calls that failed.")),
      failed_exports_(counter(*registry_, "durable_worker_failed_exports_total",
                              "Closed runs that the export's store did not keep, and that stay.")),
      batch_size_(histogram(*registry_, "durable_worker_batch_runs", "Runs a batch.",
                            {0, 1, 2, 4, 8, 16, 32, 64, 128, 256})),
      commit_seconds_(histogram(*registry_, "durable_worker_commit_seconds", "Round trip of a batch.",
                                {0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2})),
      held_(gauge(*registry_, "durable_worker_runs_held", "Runs held now.")),
      cached_runs_(gauge(*registry_, "durable_worker_cached_runs", "Coroutines in the cache.")),
      cached_bytes_(gauge(*registry_, "durable_worker_cached_bytes", "Estimated memory of the cache.")),
      free_async_(gauge(*registry_, "durable_worker_free_async_slots", "Free slots for async activities.")),
      free_transactional_(gauge(*registry_, "durable_worker_free_transactional_slots",
                                "Free slots for transactional activities.")),
      skew_(gauge(*registry_, "durable_worker_clock_skew_seconds", "Database clock minus local clock.")),
      oldest_run_(gauge(*registry_, "durable_worker_oldest_due_run_seconds",
                        "For how long the oldest run that is due in this worker's queue has waited.")),
      oldest_activity_(gauge(*registry_, "durable_worker_oldest_due_activity_seconds",
                             "The same for activities, but for those that wait for a limit.")),
      blocked_runs_(gauge(*registry_, "durable_worker_blocked_runs",
                          "Runs that are blocked now, in the whole database; every worker says the same.")),
      missed_times_(gauge(*registry_, "durable_worker_schedule_missed_times",
                          "Nominal times that schedules have missed, ever; every worker says the same.")) {}

void Metrics::turned(const TurnCounts& counts) {
    activations_.Increment(static_cast<double>(counts.activations));
    replays_.Increment(static_cast<double>(counts.replays));
    replayed_events_.Increment(static_cast<double>(counts.replayed_events));
    for (std::size_t kind = 0; kind < blocked_.size(); ++kind)
        blocked_.at(kind)->Increment(static_cast<double>(counts.blocked.at(kind)));
    rows_written_.Increment(static_cast<double>(counts.rows_written));
}

void Metrics::batch(std::size_t commits, std::size_t claimed, Duration took) {
    claimed_.Increment(static_cast<double>(claimed));
    commit_seconds_.Observe(seconds(took));
    if (commits > 0) batch_size_.Observe(static_cast<double>(commits));
}

void Metrics::closed(std::size_t runs) {
    closed_.Increment(static_cast<double>(runs));
}

void Metrics::attempt_ended(const std::string& type, bool eager, const AttemptOutcome& outcome) {
    const std::lock_guard lock{mutex_};
    prometheus::Counter*& series = known_attempts_[{type, eager, outcome.kind}];
    if (series == nullptr) {
        series = &attempts_.Add(
            {{"type", type}, {"way", eager ? "eager" : "row"}, {"outcome", name_of(outcome.kind)}});
    }
    series->Increment();
}

void Metrics::swept(int runs_taken_over, int stuck_runs_woken) {
    taken_over_.Increment(runs_taken_over);
    stuck_woken_.Increment(stuck_runs_woken);
}

void Metrics::standing(const store::Standing& standing) {
    oldest_run_.Set(seconds(standing.oldest_run));
    oldest_activity_.Set(seconds(standing.oldest_activity));
    blocked_runs_.Set(static_cast<double>(standing.blocked_runs));
    missed_times_.Set(static_cast<double>(standing.missed_times));
}

void Metrics::state(std::size_t runs_held, std::size_t cached_runs, std::size_t cached_bytes, int free_async,
                    int free_transactional) {
    held_.Set(static_cast<double>(runs_held));
    cached_runs_.Set(static_cast<double>(cached_runs));
    cached_bytes_.Set(static_cast<double>(cached_bytes));
    free_async_.Set(free_async);
    free_transactional_.Set(free_transactional);
}

void Metrics::skew(Duration database_minus_local) {
    skew_.Set(seconds(database_minus_local));
}

void Metrics::database_trouble() {
    trouble_.Increment();
}

void Metrics::failed_exports(std::int64_t runs) {
    failed_exports_.Increment(static_cast<double>(runs));
}

}  // namespace durable::worker
