#pragma once
// VAPI's assistants: create, read, list, update, delete. Unknown members are refused, as VAPI refuses them.
// Used on the sandbox's thread only.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

/// What VAPI would answer 400 for; empty when it would take the body.
[[nodiscard]] std::vector<std::string> assistant_problems(const nlohmann::json& body, bool creating);

class VapiAssistants {
  public:
    /// `rest`: the path after "/assistant". `pinned` tells whether something still uses an assistant.
    [[nodiscard]] Reply handle(const Ask& ask, const std::string& rest,
                               const std::function<bool(const std::string&)>& pinned);
    [[nodiscard]] bool exists(const std::string& id) const { return assistants_.contains(id); }
    [[nodiscard]] std::vector<std::string> ids() const;
    [[nodiscard]] const std::map<std::string, nlohmann::json>& all() const { return assistants_; }
    [[nodiscard]] std::size_t size() const { return assistants_.size(); }
    [[nodiscard]] std::uint64_t created() const { return created_; }
    [[nodiscard]] std::uint64_t deleted() const { return deleted_; }
    /// Operation ids that two assistants carry.
    [[nodiscard]] std::vector<std::string> violations() const;
    void clear();

  private:
    [[nodiscard]] Reply create(const Ask& ask);
    [[nodiscard]] Reply list(const Ask& ask) const;
    [[nodiscard]] Reply update(const Ask& ask, nlohmann::json& assistant);

    std::map<std::string, nlohmann::json> assistants_;  ///< by id
    std::uint64_t created_ = 0;
    std::uint64_t deleted_ = 0;
};

}  // namespace callflex::sandbox
