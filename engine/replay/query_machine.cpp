#include "engine/replay/query_machine.hpp"

#include <stdexcept>
#include <utility>

#include "engine/workflow/json_reader.hpp"

namespace durable::replay {
namespace {

QueryAnswer refused(QueryAnswer::Kind kind, std::string error) {
    return {.kind = kind, .result = {}, .error = std::move(error)};
}

QueryAnswer ask(const detail::QueryHandler& handler, const Payload& question) {
    try {
        return {.kind = QueryAnswer::Kind::answered, .result = handler(question), .error = {}};
    } catch (const DecodeError& error) {
        return refused(QueryAnswer::Kind::bad_input, std::string{"its input: "} + error.what());
    } catch (const std::exception& error) {
        return refused(QueryAnswer::Kind::failed, std::string{"its handler failed: "} + error.what());
    } catch (...) {
        return refused(QueryAnswer::Kind::failed, "its handler threw something that is no std::exception");
    }
}

}  // namespace

void QueryMachine::add(std::string_view name, detail::QueryHandler handler) {
    handlers_.insert_or_assign(std::string{name}, std::move(handler));
}

QueryAnswer QueryMachine::answer(std::string_view name, const Payload& question) {
    const auto found = handlers_.find(name);
    if (found == handlers_.end()) return unknown(name);
    answering_ = true;
    overstepped_ = false;
    QueryAnswer answer = ask(found->second, question);
    answering_ = false;
    if (overstepped_) {
        answer = refused(QueryAnswer::Kind::not_allowed,
                         "its handler used a verb of Workflow: it may only read what wf.keep() gave");
    }
    if (!answer.error.empty()) answer.error = "query \"" + std::string{name} + "\": " + answer.error;
    return answer;
}

QueryAnswer QueryMachine::unknown(std::string_view name) const {
    std::string known;
    for (const auto& [other, handler] : handlers_) known += (known.empty() ? "" : ", ") + other;
    return refused(QueryAnswer::Kind::unknown,
                   "nothing answers to the query \"" + std::string{name} +
                       "\" (known: " + (known.empty() ? "none, as far as the code has run" : known) + ')');
}

std::vector<std::string> QueryMachine::names() const {
    std::vector<std::string> names;
    for (const auto& [name, handler] : handlers_) names.push_back(name);
    return names;
}

bool QueryMachine::reads_only(const std::function<void()>& reader) {
    answering_ = true;
    overstepped_ = false;
    try {
        reader();
    } catch (...) {
        answering_ = false;
        if (overstepped_) return false;
        throw;
    }
    answering_ = false;
    return !overstepped_;
}

void QueryMachine::must_not_answer() {
    if (!answering_) return;
    overstepped_ = true;
    throw std::logic_error("a query handler or validator may only read");
}

}  // namespace durable::replay
