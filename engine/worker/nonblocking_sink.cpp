#include "engine/worker/nonblocking_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace durable::worker {
namespace {

/// Of a pipe whose reader has gone there is no room either: writing would end the process (SIGPIPE).
bool has_room(int descriptor) {
    pollfd entry{.fd = descriptor, .events = POLLOUT, .revents = 0};
    return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLOUT | POLLERR)) == POLLOUT;
}

}  // namespace

std::size_t NonblockingSink::waiting() {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
}

void NonblockingSink::sink_it_(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const auto fits = [&] { return waiting_.size() + line.size() <= waiting_max_; };
    if (!fits()) write_what_fits();
    if (!fits()) {
        ++dropped_;
        return;
    }
    waiting_.append(line.data(), line.size());
    write_what_fits();
}

void NonblockingSink::write_what_fits() {
    std::size_t written = 0;
    while (written < waiting_.size() && has_room(descriptor_)) {
        // A pipe that has any room takes so much without waiting (pipe(7)).
        const std::size_t piece = std::min<std::size_t>(waiting_.size() - written, PIPE_BUF);
        const ssize_t taken = ::write(descriptor_, waiting_.data() + written, piece);
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) break;
        written += static_cast<std::size_t>(taken);
    }
    waiting_.erase(0, written);
}

}  // namespace durable::worker
