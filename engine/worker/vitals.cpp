#include "engine/worker/vitals.hpp"

namespace durable::worker {
namespace {

constexpr std::chrono::seconds window{30};

double per_second(std::int64_t before, std::int64_t after, Vitals::Clock::duration elapsed) {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    return seconds > 0 ? static_cast<double>(after - before) / seconds : 0;
}

}  // namespace

Vitals::Vitals(const Slots& async, const Slots& transactional, std::int32_t runs_max)
    : async_(async), transactional_(transactional), runs_max_(runs_max) {}

void Vitals::claimed(std::atomic<std::int64_t>& counter, std::size_t count) {
    if (count == 0) return;
    counter += static_cast<std::int64_t>(count);
    last_claim_ = Clock::now().time_since_epoch().count();
}

store::WorkerState Vitals::state(Clock::time_point now) {
    const Sample latest{now, runs_claimed_, rows_claimed_, runs_closed_};
    if (samples_.empty()) samples_.push_back(latest);
    while (samples_.size() > 1 && now - samples_[1].at >= window) samples_.pop_front();
    const Sample& first = samples_.front();
    const auto elapsed = now - first.at;

    store::WorkerState state;
    state.runs_held = held_;
    state.runs_max = runs_max_;
    state.async_slots = async_.size();
    state.async_used = async_.size() - async_.free();
    state.transactional_slots = transactional_.size();
    state.transactional_used = transactional_.size() - transactional_.free();
    state.runs_claimed_per_second = per_second(first.runs_claimed, latest.runs_claimed, elapsed);
    state.rows_claimed_per_second = per_second(first.rows_claimed, latest.rows_claimed, elapsed);
    state.runs_closed_per_second = per_second(first.runs_closed, latest.runs_closed, elapsed);
    if (const Clock::rep claim = last_claim_; claim != 0) {
        const Clock::time_point at{Clock::duration{claim}};
        state.since_last_claim = std::chrono::duration_cast<Duration>(now - at);
    }
    samples_.push_back(latest);
    return state;
}

}  // namespace durable::worker
