#include "tests/faults/database/reporters.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "tests/ingress/world.hpp"

namespace test {

void Acknowledgements::add(const std::string& what) {
    const std::lock_guard lock{mutex_};
    const auto now = Clock::now();
    if (!what_.empty()) longest_ = std::max(longest_, now - last_);
    last_ = now;
    what_.push_back(what);
}
std::vector<std::string> Acknowledgements::all() const {
    const std::lock_guard lock{mutex_};
    return what_;
}
std::size_t Acknowledgements::count() const {
    const std::lock_guard lock{mutex_};
    return what_.size();
}
std::chrono::milliseconds Acknowledgements::longest_gap() const {
    const std::lock_guard lock{mutex_};
    return std::chrono::ceil<std::chrono::milliseconds>(longest_);
}

Reporters::Reporters(const FragileWorld& world, std::vector<std::uint16_t> ports, int threads,
                     std::chrono::milliseconds pause, Acknowledgements& acknowledged)
    : organizations_(world.organizations()),
      ports_(std::move(ports)),
      pause_(pause),
      acknowledged_(acknowledged) {
    for (int number = 0; number < threads; ++number)
        threads_.emplace_back([this, number](const std::stop_token& stop) { run(stop, number); });
}

Reporters::~Reporters() {
    stop();
}

void Reporters::stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
}

void Reporters::run(const std::stop_token& stop, int number) {
    std::size_t serial = 0;
    do {
        ++serial;
        const std::size_t turn = static_cast<std::size_t>(number) + serial;
        report(stop, organizations_[turn % organizations_.size()], fmt::format("call-{}-{}", number, serial),
               turn);
    } while (pause(stop, pause_));
}

void Reporters::report(const std::stop_token& stop, const callflex::SeededOrganization& organization,
                       const std::string& call, std::size_t first_port) {
    const auto give_up = std::chrono::steady_clock::now() + FragileWorld::patience;
    std::size_t port = first_port;
    while (!try_once(organization, call, ports_[port++ % ports_.size()])) {
        ++refused_;
        if (std::chrono::steady_clock::now() > give_up) return;
        // Begun is begun: also at the end it is sent until it has got through.
        static_cast<void>(
            pause(stop.stop_requested() ? std::stop_token{} : stop, std::chrono::milliseconds{50}));
    }
    acknowledged_.add(call);
}

bool Reporters::try_once(const callflex::SeededOrganization& organization, const std::string& call,
                         std::uint16_t port) {
    try {
        const auto answer = ::test::exchange(
            port, signed_request(organization.organization_id, report_of(call), organization.vapi_secret));
        return answer && answer->status == 200;
    } catch (const std::runtime_error&) {
        return false;  // nobody listens: it is being restarted
    }
}

bool Reporters::pause(const std::stop_token& stop, std::chrono::milliseconds how_long) {
    std::unique_lock lock{mutex_};
    never_.wait_for(lock, stop, how_long, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace test
