#include "engine/gate/call_graph.hpp"

#include <deque>

namespace durable::gate {
namespace {

/// "callflex::process_call(durable::Workflow&, callflex::EndedCall)", but no part of engine or library.
bool is_workflow(const std::string& name) {
    const auto parameters = name.find("(durable::Workflow&");
    if (parameters == std::string::npos) return false;
    const std::string called = name.substr(0, parameters);
    return !called.starts_with("durable::") && !called.starts_with("std::") &&
           called.find(" durable::") == std::string::npos &&
           called.find("std::function") == std::string::npos;
}

}  // namespace

CallGraph::CallGraph(const Functions& functions) : functions_(functions) {
    for (const auto& [key, function] : functions) {
        for (const auto& reference : function.references) {
            if (reference.target != key && functions.contains(reference.target)) {
                callers_[reference.target].push_back({key, reference.place});
            }
        }
    }
}

std::string CallGraph::name(const std::string& key) const {
    return readable(functions_.at(key).symbol);
}

/// Walks from callee to callers, nearest first. `towards` gets, for each function met, its step to `key`.
std::optional<std::string> CallGraph::first_of_chain(const std::string& key,
                                                     std::map<std::string, Caller>& towards) const {
    std::deque<std::string> open{key};
    std::optional<std::string> uncalled;
    towards[key] = {};
    while (!open.empty()) {
        const std::string at = open.front();
        open.pop_front();
        if (is_workflow(name(at))) return at;
        const auto callers = callers_.find(at);
        if (callers == callers_.end()) {
            if (!uncalled) uncalled = at;
            continue;
        }
        for (const Caller& caller : callers->second) {
            if (towards.emplace(caller.key, Caller{at, caller.place}).second) open.push_back(caller.key);
        }
    }
    return uncalled;
}

std::vector<Step> CallGraph::chain_to(const std::string& key, const std::string& place) const {
    std::map<std::string, Caller> towards;
    std::string at = first_of_chain(key, towards).value_or(key);
    std::vector<Step> chain;
    while (at != key) {
        const Caller& next = towards.at(at);
        Step step{name(at), next.place};
        // The pieces of one coroutine refer to each other: one step.
        if (!chain.empty() && chain.back().function == step.function) chain.pop_back();
        chain.push_back(std::move(step));
        at = next.key;
    }
    Step last{name(key), place};
    if (!chain.empty() && chain.back().function == last.function) chain.pop_back();
    chain.push_back(std::move(last));
    return chain;
}

}  // namespace durable::gate
