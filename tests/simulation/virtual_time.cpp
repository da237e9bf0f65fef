#include "tests/simulation/virtual_time.hpp"

#include <dlfcn.h>
#include <sys/types.h>
#include <time.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

// NOLINTBEGIN(bugprone-reserved-identifier)

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SIMULATION_ABSENT
#endif
#endif

namespace simulation {
namespace {

thread_local VirtualTime* standing_here = nullptr;

/// Far from zero: clocks at zero are taken for "never".
constexpr std::chrono::nanoseconds monotonic_start = std::chrono::hours{1000};

std::chrono::nanoseconds real_calendar() {
    return std::chrono::system_clock::now().time_since_epoch();
}

}  // namespace

VirtualTime::VirtualTime(std::uint64_t seed) : calendar_(real_calendar()), entropy_(seed) {
    if (!available()) throw std::logic_error("no virtual time in a program with sanitizers");
    if (standing_here != nullptr) throw std::logic_error("there is a virtual time on this thread already");
    standing_here = this;
}
VirtualTime::~VirtualTime() {
    standing_here = nullptr;
}
VirtualTime* VirtualTime::standing() {
    return standing_here;
}
durable::Timestamp VirtualTime::now() const {
    return durable::Timestamp{std::chrono::duration_cast<durable::Duration>(calendar())};
}

#ifdef SIMULATION_ABSENT

bool VirtualTime::available() {
    return false;
}

#else

bool VirtualTime::available() {
    return true;
}

namespace {

template <class Signature>
Signature* behind(const char* symbol) {
    return reinterpret_cast<Signature*>(::dlsym(RTLD_NEXT, symbol));
}

timespec to_timespec(std::chrono::nanoseconds time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
}

}  // namespace

// Each stands in front of the C library's: the object file calls it by that name, C++ by one of its own.
#define IN_FRONT_OF(result, symbol, ...) \
    extern "C" __attribute__((visibility("default"))) result virtual_##symbol(__VA_ARGS__) asm(#symbol)
#define BEHIND(symbol) static const auto next = behind<decltype(virtual_##symbol)>(#symbol)

IN_FRONT_OF(int, clock_gettime, clockid_t, timespec*);
int virtual_clock_gettime(clockid_t clock, timespec* into) {
    BEHIND(clock_gettime);
    const VirtualTime* time = VirtualTime::standing();
    if (time == nullptr) return next(clock, into);
    switch (clock) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
            *into = to_timespec(time->calendar());
            return 0;
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_COARSE:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_BOOTTIME:
            *into = to_timespec(monotonic_start + time->elapsed());
            return 0;
        default:
            return next(clock, into);
    }
}

IN_FRONT_OF(int, nanosleep, const timespec*, timespec*);
int virtual_nanosleep(const timespec* how_long, timespec* left) {
    BEHIND(nanosleep);
    VirtualTime* time = VirtualTime::standing();
    if (time == nullptr) return next(how_long, left);
    time->pass(std::chrono::seconds{how_long->tv_sec} + std::chrono::nanoseconds{how_long->tv_nsec});
    return 0;
}

IN_FRONT_OF(ssize_t, getrandom, void*, size_t, unsigned);
ssize_t virtual_getrandom(void* into, size_t size, unsigned flags) {
    BEHIND(getrandom);
    VirtualTime* time = VirtualTime::standing();
    if (time == nullptr) return next(into, size, flags);
    for (size_t done = 0; done < size; done += sizeof(std::uint64_t)) {
        const std::uint64_t bits = time->bits();
        std::memcpy(static_cast<char*>(into) + done, &bits, std::min(sizeof bits, size - done));
    }
    return static_cast<ssize_t>(size);
}

/// std::random_device: asks the processor, not the system.
IN_FRONT_OF(unsigned, _ZNSt13random_device9_M_getvalEv, void*);
unsigned virtual__ZNSt13random_device9_M_getvalEv(void* device) {
    BEHIND(_ZNSt13random_device9_M_getvalEv);
    VirtualTime* time = VirtualTime::standing();
    return time == nullptr ? next(device) : static_cast<unsigned>(time->bits());
}

/// asio's timers then go by the clock that it is shown, not by the kernel's.
IN_FRONT_OF(int, timerfd_create, int, int);
int virtual_timerfd_create(int clock, int flags) {
    BEHIND(timerfd_create);
    if (VirtualTime::standing() == nullptr) return next(clock, flags);
    errno = ENOSYS;
    return -1;
}

#endif

}  // namespace simulation

// NOLINTEND(bugprone-reserved-identifier)
