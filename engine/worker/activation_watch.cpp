#include "engine/worker/activation_watch.hpp"

#include <utility>

namespace durable::worker {

ActivationWatch::ActivationWatch(std::chrono::milliseconds limit, std::function<void(RunId, int)> stuck,
                                 BlackBox* box)
    : limit_(limit), stuck_(std::move(stuck)), box_(box) {
    thread_ = std::thread{[this] { work(); }};
}

ActivationWatch::~ActivationWatch() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ActivationWatch::enter(RunId run) {
    if (box_ != nullptr) box_->enter(run);
    const std::lock_guard lock{mutex_};
    inside_ = run;
    since_ = Clock::now();
    told_ = 0;
}

void ActivationWatch::leave() {
    if (box_ != nullptr) box_->leave();
    const std::lock_guard lock{mutex_};
    inside_.reset();
}

/// Sleeps a fraction of the limit between looks: entering and leaving wakes nobody.
void ActivationWatch::work() {
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        changed_.wait_for(lock, limit_ / 4, [this] { return stopping_; });
        if (stopping_ || !inside_ || Clock::now() - since_ < limit_ * (told_ + 1)) continue;
        const RunId run = *inside_;
        const int nth = ++told_;
        lock.unlock();
        stuck_(run, nth);
        lock.lock();
    }
}

}  // namespace durable::worker
