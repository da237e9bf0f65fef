// Where the coroutines of a run wait: for `workflow stack` and `why`.

#include <string_view>

#include "engine/replay/machine.hpp"

namespace durable::replay {
namespace {

/// "durable::Task<void> callflex::notify(durable::Workflow &, Contact)" -> "callflex::notify"
std::string function_name(std::string_view pretty) {
    constexpr std::string_view lambda = "(anonymous";
    std::size_t end = pretty.find('(');
    while (end != std::string_view::npos && pretty.substr(end, lambda.size()) == lambda) {
        end = pretty.find('(', end + 1);
    }
    pretty = pretty.substr(0, end);
    int angles = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < pretty.size(); ++i) {
        if (pretty[i] == '<') ++angles;
        if (pretty[i] == '>') --angles;
        if (pretty[i] == ' ' && angles == 0 && pretty.substr(i + 1, 10) != "namespace)") begin = i + 1;
    }
    return std::string{pretty.substr(begin)};
}

StackFrame frame_at(const std::source_location& where, std::string waits_for) {
    std::string file = source_text(where);
    file.resize(file.rfind(':'));
    return {.coroutine = function_name(where.function_name()),
            .file = std::move(file),
            .line = where.line(),
            .waits_for = std::move(waits_for)};
}

const detail::PromiseBase* first_shown(const detail::PromiseBase* coroutine) {
    while (coroutine != nullptr && coroutine->hidden) coroutine = coroutine->parent;
    return coroutine;
}

/// The coroutine that waits for `operation`, then those that wait for it.
void append_chain(std::vector<StackFrame>& frames, const detail::Operation& operation) {
    const detail::PromiseBase* waiter = operation.waiter();
    // A branch of all / any that is no coroutine of the author's: the place that made it tells more.
    const bool made_elsewhere = waiter->hidden;
    const detail::PromiseBase* shown = first_shown(waiter);
    frames.push_back(frame_at(made_elsewhere || shown == nullptr ? operation.called_at() : shown->awaits_at,
                              operation.describe()));
    while (shown != nullptr) {
        const detail::PromiseBase* caller = first_shown(shown->parent);
        if (caller == nullptr) return;
        frames.push_back(
            frame_at(caller->awaits_at, "task " + function_name(shown->awaits_at.function_name())));
        shown = caller;
    }
}

}  // namespace

std::vector<StackFrame> stack_of(const detail::Scope& scopes) {
    std::vector<StackFrame> frames;
    scopes.visit([&frames](const detail::Operation& operation) {
        if (operation.waiter() != nullptr) append_chain(frames, operation);
    });
    return frames;
}

std::string waits_of(const detail::Scope& scopes) {
    std::string first;
    std::size_t waiting = 0;
    scopes.visit([&](const detail::Operation& operation) {
        if (operation.waiter() == nullptr || ++waiting > 1) return;
        std::vector<StackFrame> frames;
        append_chain(frames, operation);
        first = operation.describe() + " at " + frames[0].file + ':' + std::to_string(frames[0].line);
    });
    return waiting > 1 ? first + ", and " + std::to_string(waiting - 1) + " more" : first;
}

}  // namespace durable::replay
