#include "engine/worker/activities.hpp"

namespace durable::worker {

const AsyncActivity* ActivityRegistry::find_async(const std::string& name) const {
    const auto found = async_.find(name);
    return found == async_.end() ? nullptr : &found->second;
}

const TransactionalActivity* ActivityRegistry::find_transactional(const std::string& name) const {
    const auto found = transactional_.find(name);
    return found == transactional_.end() ? nullptr : &found->second;
}

std::vector<std::string> ActivityRegistry::names() const {
    std::vector<std::string> names;
    for (const auto& [name, activity] : async_) names.push_back(name);
    for (const auto& [name, activity] : transactional_) names.push_back(name);
    return names;
}

void ActivityRegistry::add_async(std::string name, Delivery delivery, AsyncActivity activity) {
    if (delivery == Delivery::at_most_once && !activity.reconcile) {
        throw std::logic_error("activity " + name +
                               " is declared at-most-once: register it with a reconcile hook");
    }
    if (find_transactional(name) != nullptr || !async_.emplace(name, std::move(activity)).second) {
        throw std::logic_error("activity " + name + " is registered twice");
    }
}

void ActivityRegistry::add_transactional(std::string name, TransactionalActivity activity) {
    if (find_async(name) != nullptr || !transactional_.emplace(name, std::move(activity)).second) {
        throw std::logic_error("activity " + name + " is registered twice");
    }
}

}  // namespace durable::worker
