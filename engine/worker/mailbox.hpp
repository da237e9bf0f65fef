#pragma once
// How the worker's threads talk: many senders, one (or more) receivers, messages by value. There is no other
// data shared between them, apart from what says so in its header.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace durable::worker {

/// Thread-safe. Unbounded by itself: what enters is bounded by slots and by the number of runs held.
template <class Message>
class Mailbox {
  public:
    void put(Message message) {
        {
            const std::lock_guard lock{mutex_};
            messages_.push_back(std::move(message));
        }
        filled_.notify_one();
    }
    /// Of anything that a message can be made of.
    template <class Part = Message>
    void put_all(std::vector<Part> parts) {
        if (parts.empty()) return;
        {
            const std::lock_guard lock{mutex_};
            for (Part& part : parts) messages_.emplace_back(std::move(part));
        }
        filled_.notify_all();
    }

    /// Everything that is there, after waiting until `until` for the first message. Not for a mailbox that take() is
    /// used on.
    [[nodiscard]] std::vector<Message> take_all(std::chrono::steady_clock::time_point until) {
        std::unique_lock lock{mutex_};
        filled_.wait_until(lock, until, [this] { return !messages_.empty() || closed_; });
        return std::exchange(messages_, {});
    }
    /// The oldest message; waits for it. Empty once the mailbox is closed and drained.
    [[nodiscard]] std::optional<Message> take() {
        std::unique_lock lock{mutex_};
        filled_.wait(lock, [this] { return !messages_.empty() || closed_; });
        if (messages_.empty()) return std::nullopt;
        Message first = std::move(messages_[taken_++]);
        // Now and then, when there are at least as many places to give up as messages to move.
        if (2 * taken_ >= messages_.size()) {
            messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(taken_));
            taken_ = 0;
        }
        return first;
    }
    [[nodiscard]] bool empty() const {
        const std::lock_guard lock{mutex_};
        return messages_.empty();
    }
    /// Receivers stop waiting.
    void close() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        filled_.notify_all();
    }
    [[nodiscard]] bool closed() const {
        const std::lock_guard lock{mutex_};
        return closed_;
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::vector<Message> messages_;
    std::size_t taken_ = 0;  ///< how many of them, from the front, take() has moved out
    bool closed_ = false;
};

}  // namespace durable::worker
