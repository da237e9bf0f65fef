#pragma once
// Bounded room for running activities. A lease is taken when an attempt is decided on and given back when its
// code has really ended, whoever holds it then.

#include <atomic>
#include <utility>

namespace durable::worker {

class Slots;

/// One place. Movable; gives the place back when destroyed. The Slots must outlive it.
class SlotLease {
  public:
    SlotLease() = default;
    explicit SlotLease(Slots* slots) : slots_(slots) {}
    ~SlotLease() { release(); }
    SlotLease(SlotLease&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    SlotLease& operator=(SlotLease&& other) noexcept {
        if (this != &other) {
            release();
            slots_ = std::exchange(other.slots_, nullptr);
        }
        return *this;
    }
    explicit operator bool() const { return slots_ != nullptr; }

  private:
    inline void release();

    Slots* slots_ = nullptr;
};

/// Thread-safe counter.
class Slots {
  public:
    explicit Slots(int size) : free_(size), size_(size) {}
    Slots(const Slots&) = delete;
    Slots& operator=(const Slots&) = delete;

    /// An empty lease when all places are taken.
    [[nodiscard]] SlotLease try_take() {
        int free = free_.load(std::memory_order_relaxed);
        while (free > 0) {
            if (free_.compare_exchange_weak(free, free - 1)) return SlotLease{this};
        }
        return {};
    }
    [[nodiscard]] int free() const { return free_.load(std::memory_order_relaxed); }
    [[nodiscard]] int size() const { return size_; }

  private:
    friend class SlotLease;
    std::atomic<int> free_;
    int size_;
};

inline void SlotLease::release() {
    if (slots_ != nullptr) slots_->free_.fetch_add(1);
    slots_ = nullptr;
}

}  // namespace durable::worker
