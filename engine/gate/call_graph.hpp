#pragma once
// Functions and who refers to them. Built once, then asked for chains.

#include <optional>
#include <string>
#include <vector>

#include "engine/gate/disassembly.hpp"
#include "engine/gate/gate.hpp"

namespace durable::gate {

class CallGraph {
  public:
    explicit CallGraph(const Functions& functions);

    /// The shortest chain that leads to `key`, which refers to something at `place`. It begins with a workflow
    /// (what takes a durable::Workflow&) if one leads there, else with a function that nobody refers to.
    [[nodiscard]] std::vector<Step> chain_to(const std::string& key, const std::string& place) const;

  private:
    struct Caller {
        std::string key;
        std::string place;
    };
    [[nodiscard]] std::optional<std::string> first_of_chain(const std::string& key,
                                                            std::map<std::string, Caller>& towards) const;
    [[nodiscard]] std::string name(const std::string& key) const;

    const Functions& functions_;
    std::map<std::string, std::vector<Caller>> callers_;
};

}  // namespace durable::gate
