#pragma once
// How much may be under way at once for each of many keys: organizations, addresses. Thread-safe.

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace callflex::webhooks {

class Places : public std::enable_shared_from_this<Places> {
  public:
    explicit Places(int at_most) : at_most_(at_most) {}

    /// A place that is given back when the last copy of it goes; null when all of the key's are taken.
    /// Requires that this object is owned by a shared_ptr.
    [[nodiscard]] std::shared_ptr<void> take(const std::string& key);
    [[nodiscard]] int taken(const std::string& key) const;

  private:
    void give_back(const std::string& key);

    const int at_most_;
    mutable std::mutex mutex_;
    std::map<std::string, int> taken_;
};

}  // namespace callflex::webhooks
