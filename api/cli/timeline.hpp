#pragma once
// A history as a timeline for people: one line an event, written as activations come.

#include <map>
#include <string>

#include "api/cli/session.hpp"
#include "engine/replay/history.hpp"

namespace callflex::cli {

class Timeline {
  public:
    /// `started_at`: of the run; none: the first activation printed is its first.
    Timeline(const Session& session, bool payloads,
             std::optional<durable::Timestamp> started_at = std::nullopt)
        : session_(session), payloads_(payloads), given_start_(started_at) {}
    void print(const durable::history::Activation& activation);

  private:
    /// How one event looks.
    struct View {
        const char* symbol = "·";
        Color color = Color::plain;
        std::string detail;
        const durable::Payload* payload = nullptr;
    };
    struct Scheduled {
        std::string type;
        durable::Timestamp at;
    };

    void print_heading(const durable::history::Activation& first);
    void print_event(durable::EventId id, const durable::history::Event& event, bool first_of_activation);

    View view(durable::EventId, const durable::history::WorkflowStarted& event);
    View view(durable::EventId, const durable::history::ActivityCompleted& event);
    View view(durable::EventId, const durable::history::ActivityFailed& event);
    View view(durable::EventId, const durable::history::TimerFired& event);
    View view(durable::EventId, const durable::history::SignalReceived& event);
    View view(durable::EventId, const durable::history::CancelRequested& event);
    View view(durable::EventId, const durable::history::ChildStarted& event);
    View view(durable::EventId, const durable::history::ChildStartFailed& event);
    View view(durable::EventId, const durable::history::ChildCompleted& event);
    View view(durable::EventId, const durable::history::ChildFailed& event);
    View view(durable::EventId id, const durable::history::ActivityScheduled& event);
    View view(durable::EventId, const durable::history::ActivityCancelRequested& event);
    View view(durable::EventId, const durable::history::TimerStarted& event);
    View view(durable::EventId, const durable::history::TimerCanceled& event);
    View view(durable::EventId, const durable::history::SideEffectRecorded& event);
    View view(durable::EventId id, const durable::history::ChildInitiated& event);
    View view(durable::EventId, const durable::history::ChildCancelRequested& event);
    View view(durable::EventId, const durable::history::StatePublished& event);
    View view(durable::EventId, const durable::history::UnitsGranted& event);
    View view(durable::EventId id, const durable::history::UnitsRequested& event);
    View view(durable::EventId, const durable::history::UnitsReleased& event);
    View view(durable::EventId, const durable::history::PatchMarked& event);
    View view(durable::EventId, const durable::history::SearchAttributeSet& event);
    View view(durable::EventId id, const durable::history::UpdateAccepted& event);
    View view(durable::EventId, const durable::history::UpdateCompleted& event);
    View view(durable::EventId id, const durable::history::ExternalSignalOrdered& event);
    View view(durable::EventId id, const durable::history::ExternalCancelOrdered& event);
    View view(durable::EventId, const durable::history::ExternalDelivered& event);
    View view(durable::EventId, const durable::history::ExternalFailed& event);
    View view(durable::EventId, const durable::history::ActivityOrdered& event);
    View view(durable::EventId, const durable::history::CodeStarted& event);
    View view(durable::EventId, const durable::history::WorkflowCompleted& event);
    View view(durable::EventId, const durable::history::WorkflowFailed& event);
    View view(durable::EventId, const durable::history::WorkflowCanceled& event);
    View view(durable::EventId, const durable::history::WorkflowTimedOut& event);
    View view(durable::EventId, const durable::history::WorkflowTerminated& event);
    View view(durable::EventId, const durable::history::WorkflowContinuedAsNew& event);
    /// "summarize (event 4)", and how long it took.
    [[nodiscard]] std::string scheduled(durable::EventId id) const;
    [[nodiscard]] std::string since(durable::EventId id) const;

    const Session& session_;
    const bool payloads_;
    const std::optional<durable::Timestamp> given_start_;
    bool heading_printed_ = false;
    durable::Timestamp started_at_;
    durable::Timestamp time_;  ///< of the activation being printed
    std::map<durable::EventId, Scheduled> scheduled_;
};

}  // namespace callflex::cli
