#include "tests/worker/crowd.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <atomic>
#include <new>

namespace durable::test {
namespace {

constexpr int bits = 64 / Crowd::places;
constexpr std::uint64_t one = 1;

constexpr std::uint64_t of_place(int place) {
    return one << (place * bits);
}
int sum_of(std::uint64_t inside) {
    int sum = 0;
    for (int place = 0; place < Crowd::places; ++place)
        sum += static_cast<int>((inside >> (place * bits)) & (of_place(1) - 1));
    return sum;
}

}  // namespace

struct Crowd::Shared {
    /// All places in one word: whoever changes it sees who was inside at that very moment.
    std::atomic<std::uint64_t> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> entered{0};
};

Crowd::Crowd() {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    shared_ = new (memory) Shared;
    REQUIRE(shared_->inside.is_lock_free());
}
Crowd::~Crowd() {
    ::munmap(shared_, sizeof(Shared));
}

void Crowd::enter(int place) {
    const int now = sum_of(shared_->inside.fetch_add(of_place(place)) + of_place(place));
    ++shared_->entered;
    int most = shared_->most;
    while (now > most && !shared_->most.compare_exchange_weak(most, now)) {
    }
}
void Crowd::leave(int place) {
    shared_->inside.fetch_sub(of_place(place));
}
void Crowd::take_out(int place) {
    shared_->inside.fetch_and(~((of_place(1) - 1) << (place * bits)));
}

int Crowd::most() const {
    return shared_->most;
}
int Crowd::entered() const {
    return shared_->entered;
}

}  // namespace durable::test
