#include "engine/worker/batch_loop.hpp"

#include <algorithm>

namespace durable::worker {
namespace {

using std::chrono::milliseconds;

/// After a failure: the loop comes back by itself, but not at once.
constexpr milliseconds back_off{1000};

}  // namespace

BatchLoop::BatchLoop(Options options, Observer observer)
    : options_(std::move(options)),
      observer_(std::move(observer)),
      store_(options_.connection_string, options_.workflows, options_.faults),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

BatchLoop::~BatchLoop() {
    thread_.request_stop();
    thread_.join();
}

void BatchLoop::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        milliseconds pause = back_off;
        try {
            pause = look(stop);
        } catch (const std::exception& error) {
            observer_.trouble(error.what());
        }
        options_.alarm->sleep(stop, Alarm::Clock::now() + pause);
    }
}

milliseconds BatchLoop::look(const std::stop_token& stop) {
    if (!options_.may_act()) return milliseconds{20};
    while (!stop.stop_requested()) {
        const auto wait = store_.wait();
        if (!wait) return options_.look_every;
        if (*wait > Duration{0}) {
            return std::clamp(std::chrono::ceil<milliseconds>(*wait), milliseconds{1}, options_.look_every);
        }
        const auto page = store_.take_page();
        if (!page) return std::min(options_.look_every, milliseconds{100});  // another worker is at it
        observer_.took(*page);
    }
    return options_.look_every;
}

}  // namespace durable::worker
