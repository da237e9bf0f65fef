#include "engine/replay/history.hpp"

#include <array>

namespace durable::history {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Event>> names{
    "WorkflowStarted",       "ActivityCompleted",     "ActivityFailed",        "TimerFired",
    "SignalReceived",        "CancelRequested",       "ChildStarted",          "ChildStartFailed",
    "ChildCompleted",        "ChildFailed",           "ActivityScheduled",     "ActivityCancelRequested",
    "TimerStarted",          "TimerCanceled",         "SideEffectRecorded",    "ChildInitiated",
    "ChildCancelRequested",  "StatePublished",        "CodeStarted",           "UpdateAccepted",
    "UpdateCompleted",       "ExternalSignalOrdered", "ExternalCancelOrdered", "ExternalDelivered",
    "ExternalFailed",        "SearchAttributeSet",    "PatchMarked",           "ActivityOrdered",
    "UnitsGranted",          "UnitsRequested",        "UnitsReleased",         "WorkflowCompleted",
    "WorkflowFailed",        "WorkflowCanceled",      "WorkflowTimedOut",      "WorkflowTerminated",
    "WorkflowContinuedAsNew"};

}  // namespace

std::string_view kind_name(const Event& event) {
    return names[event.index()];
}

bool is_end(const Event& event) {
    return std::holds_alternative<WorkflowCompleted>(event) ||
           std::holds_alternative<WorkflowFailed>(event) || std::holds_alternative<WorkflowCanceled>(event) ||
           std::holds_alternative<WorkflowTimedOut>(event) ||
           std::holds_alternative<WorkflowTerminated>(event) ||
           std::holds_alternative<WorkflowContinuedAsNew>(event);
}

}  // namespace durable::history
