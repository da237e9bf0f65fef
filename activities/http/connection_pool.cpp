#include "activities/http/connection_pool.hpp"

namespace callflex::http {

std::unique_ptr<Connection> ConnectionPool::take(const std::string& origin) {
    const auto found = idle_.find(origin);
    if (found == idle_.end()) return nullptr;
    std::unique_ptr<Connection> taken;
    while (!taken && !found->second.empty()) {
        std::unique_ptr<Connection> candidate = std::move(found->second.back());
        found->second.pop_back();
        if (candidate->idle_time() <= idle_max_ && candidate->usable()) taken = std::move(candidate);
    }
    if (found->second.empty()) idle_.erase(found);
    return taken;
}

void ConnectionPool::give_back(const std::string& origin, std::unique_ptr<Connection> connection) {
    auto& waiting = idle_[origin];
    std::erase_if(waiting, [&](const auto& old) { return old->idle_time() > idle_max_; });
    connection->mark_idle();
    waiting.push_back(std::move(connection));
    if (waiting.size() > per_origin_) waiting.erase(waiting.begin());
}

}  // namespace callflex::http
