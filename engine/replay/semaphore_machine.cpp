#include "engine/replay/semaphore_machine.hpp"

#include <utility>

#include "engine/workflow/codec.hpp"

namespace durable::replay {

class SemaphoreMachine::Request final : public detail::Operation {
  public:
    Request(SemaphoreMachine& machine, std::string what, std::source_location where)
        : Operation(where), machine_(machine), what_(std::move(what)) {}

    void requested_as(EventId id) { id_ = id; }
    void succeed() { resolve(Payload{}); }
    void cancel(const std::string& reason) override {
        if (resolved()) return;
        machine_.release(id_, called_at());
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    [[nodiscard]] std::string describe() const override {
        return what_ + " (event " + std::to_string(id_.value) + ')';
    }

  private:
    SemaphoreMachine& machine_;
    std::string what_;
    EventId id_{};
};

namespace {

std::string problem_with(const detail::UnitsCall& call) {
    constexpr std::size_t name_bytes_max = 200;
    if (call.resource.empty() || call.resource.size() > name_bytes_max) {
        return "a resource that has not 1 to 200 bytes";
    }
    if (to_valid_utf8(call.resource) != call.resource) return "a resource that is not UTF-8";
    if (call.units < 1) return "less than one unit";
    if (call.capacity < call.units) return "a first capacity that is smaller than the request";
    return {};
}

}  // namespace

detail::UnitsOperation SemaphoreMachine::acquire(detail::UnitsCall call) {
    const std::source_location where = call.where;
    const std::string what = std::to_string(call.units) + " of semaphore " + call.resource;
    if (const std::string problem = problem_with(call); !problem.empty()) {
        commands_.block(Blocked::Kind::invalid_command,
                        "acquire at " + source_text(where) + " has " + problem);
    }
    auto request = std::make_shared<Request>(*this, what, where);
    if (commands_.blocked()) return {request, EventId{}};
    const history::UnitsRequested command{.resource = std::move(call.resource),
                                          .units = call.units,
                                          .capacity = call.capacity,
                                          .source = commands_.replaying() ? "" : source_text(where)};
    const EventId id = commands_.issue(command, where);
    request->requested_as(id);
    requests_.emplace(id, command);
    waiting_.emplace(id, request);
    return {request, id};
}

void SemaphoreMachine::release(EventId request, std::source_location where) {
    waiting_.erase(request);
    if (requests_.erase(request) > 0) commands_.issue(history::UnitsReleased{request}, where);
}

void SemaphoreMachine::granted(const history::UnitsGranted& event) {
    if (auto request = waiting_.extract(event.requested); !request.empty()) request.mapped()->succeed();
}

std::vector<PendingUnits> SemaphoreMachine::pending() const {
    std::vector<PendingUnits> pending;
    pending.reserve(requests_.size());
    for (const auto& [id, command] : requests_) pending.push_back({id, &command, !is_waiting(id)});
    return pending;
}

}  // namespace durable::replay
