#include "activities/webhooks/places.hpp"

#include <functional>
#include <utility>

namespace callflex::webhooks {
namespace {

/// Gives the place back, whoever held it last.
class Place {
  public:
    explicit Place(std::function<void()> give_back) : give_back_(std::move(give_back)) {}
    ~Place() { give_back_(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    std::function<void()> give_back_;
};

}  // namespace

std::shared_ptr<void> Places::take(const std::string& key) {
    {
        const std::lock_guard lock{mutex_};
        int& count = taken_[key];
        if (count >= at_most_) return nullptr;
        ++count;
    }
    return std::make_shared<Place>([self = shared_from_this(), key] { self->give_back(key); });
}

int Places::taken(const std::string& key) const {
    const std::lock_guard lock{mutex_};
    const auto found = taken_.find(key);
    return found == taken_.end() ? 0 : found->second;
}

void Places::give_back(const std::string& key) {
    const std::lock_guard lock{mutex_};
    const auto found = taken_.find(key);
    if (--found->second == 0) taken_.erase(found);
}

}  // namespace callflex::webhooks
