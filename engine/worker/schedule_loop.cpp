#include "engine/worker/schedule_loop.hpp"

#include <algorithm>
#include <utility>

namespace durable::worker {
namespace {

using std::chrono::milliseconds;

/// After a failure: the loop comes back by itself, but not at once.
constexpr milliseconds back_off{1000};

}  // namespace

ScheduleLoop::ScheduleLoop(Options options, Observer observer)
    : options_(std::move(options)),
      observer_(std::move(observer)),
      store_(options_.connection_string, options_.faults, options_.gate),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

ScheduleLoop::~ScheduleLoop() {
    thread_.request_stop();
    thread_.join();
}

void ScheduleLoop::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        milliseconds pause = back_off;
        try {
            pause = look();
        } catch (const std::exception& error) {
            observer_.trouble(error.what());
        }
        options_.alarm->sleep(stop, Alarm::Clock::now() + pause);
    }
}

milliseconds ScheduleLoop::look() {
    if (!options_.may_act()) return milliseconds{20};
    if (!std::exchange(applied_, true)) apply();
    const store::DueSchedules due = store_.due();
    for (const std::string& schedule : due.ids) act(schedule);
    if (!due.next_in) return options_.look_every;
    return std::clamp(std::chrono::ceil<milliseconds>(*due.next_in), milliseconds{1}, options_.look_every);
}

/// Declarations that this build or this database does not understand must not hold up the schedules that are
/// there.
void ScheduleLoop::apply() {
    if (options_.declared.empty()) return;
    try {
        observer_.applied(store_.apply(options_.declared));
    } catch (const store::StoreUnavailable&) {
        applied_ = false;
        throw;
    } catch (const std::exception& error) {
        observer_.trouble(std::string{"the schedules of this build were not applied: "} + error.what());
    }
}

/// A schedule that cannot be acted upon must not hold up the others.
void ScheduleLoop::act(const std::string& schedule) {
    try {
        bool more = true;
        while (more && !thread_.get_stop_token().stop_requested()) {
            const auto turn = store_.take_turn(schedule);
            if (turn) observer_.acted(schedule, *turn);
            more = turn && turn->more;
        }
    } catch (const store::StoreUnavailable&) {
        throw;
    } catch (const std::exception& error) {
        observer_.trouble("schedule " + schedule + ": " + error.what());
    }
}

}  // namespace durable::worker
