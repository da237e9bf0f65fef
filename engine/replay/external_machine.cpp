#include "engine/replay/external_machine.hpp"

#include <utility>

#include "engine/workflow/codec.hpp"

namespace durable::replay {

class ExternalMachine::Order final : public detail::Operation {
  public:
    Order(std::string what, std::source_location where) : Operation(where), what_(std::move(what)) {}

    void ordered_by(EventId id) { id_ = id; }
    void succeed() { resolve(Payload{}); }
    void fail(const Failure& failure) { resolve(failure); }
    /// What has been ordered stays ordered: only the wait ends.
    void cancel(const std::string& reason) override {
        if (resolved()) return;
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    [[nodiscard]] std::string describe() const override {
        return what_ + " (event " + std::to_string(id_.value) + ')';
    }

  private:
    std::string what_;
    EventId id_{};
};

namespace {

std::string problem_with(const std::string& workflow_id) {
    constexpr std::size_t id_bytes_max = 1000;
    if (workflow_id.empty()) return "no workflow id";
    if (workflow_id.size() > id_bytes_max) return "a workflow id of more than 1000 bytes";
    return to_valid_utf8(workflow_id) == workflow_id ? "" : "a workflow id that is not UTF-8";
}

history::Event command_of(detail::ExternalCall call, std::string source) {
    if (call.signal) {
        return history::ExternalSignalOrdered{std::move(call.workflow.value), *std::move(call.signal),
                                              std::move(call.input), std::move(source)};
    }
    return history::ExternalCancelOrdered{std::move(call.workflow.value), std::move(call.reason),
                                          std::move(source)};
}

}  // namespace

std::shared_ptr<detail::Operation> ExternalMachine::send(detail::ExternalCall call) {
    const std::source_location where = call.where;
    const std::string what = call.signal ? "signal " + *call.signal : std::string{"cancel request"};
    if (const std::string problem = problem_with(call.workflow.value); !problem.empty()) {
        commands_.block(Blocked::Kind::invalid_command,
                        what + " for another workflow at " + source_text(where) + " has " + problem);
    }
    auto order = std::make_shared<Order>(what + " for another workflow", where);
    if (commands_.blocked()) return order;
    const EventId id =
        commands_.issue(command_of(std::move(call), commands_.replaying() ? "" : source_text(where)), where);
    order->ordered_by(id);
    pending_.emplace(id, order);
    return order;
}

void ExternalMachine::delivered(const history::ExternalDelivered& event) {
    if (auto order = pending_.extract(event.ordered); !order.empty()) order.mapped()->succeed();
}

void ExternalMachine::failed(const history::ExternalFailed& event) {
    if (auto order = pending_.extract(event.ordered); !order.empty()) order.mapped()->fail(event.failure);
}

}  // namespace durable::replay
