#include "engine/store/retry_loop.hpp"

#include <algorithm>
#include <thread>

namespace durable::store {
namespace {

constexpr std::chrono::milliseconds delay_max{1000};

}  // namespace

RetryLoop::RetryLoop(std::chrono::milliseconds patience)
    : deadline_(std::chrono::steady_clock::now() + patience) {}

void RetryLoop::again(const std::string& why) {
    // Made here and not before: most calls never wait, and on a virtual machine asking for entropy costs as much as a
    // short statement.
    if (!jitter_) jitter_.emplace(std::random_device{}());
    std::uniform_int_distribution<std::int64_t> spread{delay_.count() / 2, delay_.count()};
    const std::chrono::milliseconds pause{spread(*jitter_)};
    if (std::chrono::steady_clock::now() + pause >= deadline_) {
        throw StoreUnavailable("the database could not be used in time; last: " + why);
    }
    std::this_thread::sleep_for(pause);
    delay_ = std::min(delay_ * 2, delay_max);
}

void RetryLoop::again(Session& session, const DatabaseError& error) {
    switch (error.fate()) {
        case Fate::elsewhere:
            session.drop();
            break;
        case Fate::retry:
        case Fate::exhausted:
        case Fate::unknown:
            break;
        case Fate::fence:
        case Fate::data:
        case Fate::defect:
            throw error;
    }
    again(error.what());
}

}  // namespace durable::store
