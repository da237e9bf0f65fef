#include "engine/client/connection_pool.hpp"

#include "engine/store/deadlines.hpp"
#include "engine/store/own_session.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::client {

std::string with_deadlines(const std::string& connection_string) {
    return store::with_parameter(store::with_deadlines(connection_string), "fallback_application_name",
                                 "callflex-client");
}

ConnectionPool::ConnectionPool(std::string connection_string, int connections_max)
    : connection_string_(with_deadlines(connection_string)), connections_max_(std::max(1, connections_max)) {}

ConnectionPool::Lease ConnectionPool::lease(std::chrono::milliseconds patience) {
    {
        std::unique_lock lock(mutex_);
        const bool free =
            changed_.wait_for(lock, patience, [&] { return !idle_.empty() || open_ < connections_max_; });
        if (!free) {
            throw store::StoreUnavailable("all " + std::to_string(connections_max_) +
                                          " connections of this client stayed in use; raise connections_max");
        }
        if (!idle_.empty()) {
            auto pooled = std::move(idle_.back());
            idle_.pop_back();
            return Lease{*this, std::move(pooled)};
        }
        ++open_;
    }
    try {
        return Lease{*this, connect()};
    } catch (...) {
        returned(nullptr);
        throw;
    }
}

std::unique_ptr<ConnectionPool::Pooled> ConnectionPool::connect() const {
    auto pooled = std::make_unique<Pooled>(connection_string_);
    pooled->ours = store::make_own(pooled->connection);
    return pooled;
}

void ConnectionPool::returned(std::unique_ptr<Pooled> pooled) {
    const std::lock_guard lock(mutex_);
    if (pooled != nullptr) {
        idle_.push_back(std::move(pooled));
    } else {
        --open_;
    }
    changed_.notify_one();
}

void ConnectionPool::drop_idle() {
    std::vector<std::unique_ptr<Pooled>> dropped;
    const std::lock_guard lock(mutex_);
    open_ -= static_cast<int>(idle_.size());
    dropped.swap(idle_);
    changed_.notify_all();
}

ConnectionPool::Lease::~Lease() {
    if (pooled_ == nullptr) return;
    pooled_.reset();
    pool_->returned(nullptr);
}

void ConnectionPool::Lease::give_back() {
    pool_->returned(std::move(pooled_));
}

}  // namespace durable::client
