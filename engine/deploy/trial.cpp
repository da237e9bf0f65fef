#include "engine/deploy/trial.hpp"

#include <algorithm>
#include <array>

#include "engine/replay/comparison.hpp"
#include "engine/trap/determinism_trap.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::deploy {
namespace {

using replay::Blocked;

/// "file:line" of the call that the event records; "" if it records none.
std::string source_of(const history::Event& event) {
    return std::visit(
        [](const auto& fields) -> std::string {
            if constexpr (requires { fields.source; }) {
                return fields.source;
            } else {
                return {};
            }
        },
        event);
}

const history::Event* event_in(const history::Activation& activation, EventId id) {
    const auto place = static_cast<std::size_t>(id.value - activation.first_event.value);
    if (id < activation.first_event) return nullptr;
    if (place < activation.arrived.size()) return &activation.arrived[place];
    const std::size_t command = place - activation.arrived.size();
    return command < activation.commands.size() ? &activation.commands[command] : nullptr;
}

/// News of activities and children are for the run that ordered them, everything else for its chain.
bool concerns(const store::InboxMessage& message, const history::Event& event, RunId run) {
    if (message.run == run) return true;
    return std::holds_alternative<history::SignalReceived>(event) ||
           std::holds_alternative<history::CancelRequested>(event) ||
           std::holds_alternative<history::UpdateAccepted>(event);
}

class Attempt {
  public:
    Attempt(const WorkflowRegistry& registry, const store::StoredRun& run, Timestamp now)
        : registry_(registry), run_(run), now_(now), execution_(registry, run.run, "deploy check") {}

    Trial make() {
        if (replay_history() && run_.open) {
            if (run_.history.size() == 1) try_input();
            if (!trial_.breakage && !run_.inbox.empty()) try_messages();
        }
        return std::move(trial_);
    }

  private:
    bool replay_history() {
        try {
            for (const store::HistoryRow& row : run_.history) {
                if (!row.unreadable.empty()) {
                    broken(Breakage::Stage::history, {Blocked::Kind::undecodable, row.unreadable, {}},
                           nullptr);
                    return false;
                }
                const auto activation = history::decode_activation(row.first_event, row.bytes);
                take_notes(activation);
                if (const auto blocked = trap::replay(execution_, activation)) {
                    broken(Breakage::Stage::history, *blocked, &activation);
                    return false;
                }
                trial_.events += row.events;
            }
        } catch (const DecodeError& error) {
            broken(Breakage::Stage::history, undecodable("the history: ", error), nullptr);
            return false;
        }
        trial_.patches = execution_.patches();
        return true;
    }

    void try_input() {
        try {
            const history::WorkflowStarted& started = execution_.started();
            registry_.check_input(started.type, started.input);
        } catch (const DecodeError& error) {
            broken(Breakage::Stage::input, undecodable("input: ", error), nullptr);
        }
    }

    /// Makes the run's next activation, which is thrown away.
    void try_messages() {
        std::vector<history::Event> arrived;
        try {
            for (const store::InboxMessage& message : run_.inbox) {
                history::Event event = history::decode_event(message.event);
                if (concerns(message, event, run_.run) && is_taken(event, !arrived.empty()))
                    arrived.push_back(std::move(event));
            }
        } catch (const DecodeError& error) {
            broken(Breakage::Stage::message, undecodable("a message: ", error), nullptr);
            return;
        }
        if (arrived.empty()) return;
        const auto result = execution_.activate(std::move(arrived), now_);
        if (result.blocked) broken(Breakage::Stage::message, *result.blocked, nullptr);
    }

    [[nodiscard]] bool is_taken(const history::Event& event, bool something_before) const {
        const auto* update = std::get_if<history::UpdateAccepted>(&event);
        if (update == nullptr) return execution_.expects(event);
        return execution_.judge(*update, something_before).kind == replay::UpdateVerdict::Kind::accept;
    }

    void take_notes(const history::Activation& activation) {
        const bool known = std::ranges::find(trial_.builds, activation.build) != trial_.builds.end();
        if (!known && !activation.build.empty()) trial_.builds.push_back(activation.build);
        if (!activation.build.empty()) newest_build_ = activation.build;
        for (const history::Event& command : activation.commands) {
            const auto* marker = std::get_if<history::PatchMarked>(&command);
            if (marker != nullptr) trial_.markers.push_back(*marker);
        }
    }

    static Blocked undecodable(const std::string& what, const DecodeError& error) {
        return {Blocked::Kind::undecodable, what + error.what(), {}};
    }

    void broken(Breakage::Stage stage, const Blocked& blocked, const history::Activation* at) {
        Breakage breakage;
        breakage.run = run_.run;
        breakage.workflow = run_.workflow;
        breakage.type = run_.type;
        breakage.open = run_.open;
        breakage.stage = stage;
        breakage.kind = blocked.kind;
        breakage.reason = blocked.reason;
        breakage.recorded_build = newest_build_;
        if (at != nullptr) breakage.event = at->first_event;
        if (blocked.mismatch) add_mismatch(breakage, *blocked.mismatch, at);
        if (breakage.source.empty() && blocked.kind != Blocked::Kind::unknown_type)
            breakage.source = where_it_waits();
        trial_.breakage = std::move(breakage);
    }

    static void add_mismatch(Breakage& breakage, const replay::Mismatch& mismatch,
                             const history::Activation* at) {
        breakage.event = mismatch.event;
        breakage.recorded = mismatch.recorded;
        breakage.found = mismatch.found;
        breakage.source = mismatch.source;
        breakage.recorded_build = mismatch.recorded_build;
        const history::Event* event = at == nullptr ? nullptr : event_in(*at, mismatch.event);
        if (event != nullptr) breakage.recorded_source = source_of(*event);
    }

    /// Code that did less than is recorded waits somewhere: that is the line to look at.
    [[nodiscard]] std::string where_it_waits() const {
        if (execution_.activations() == 0) return {};
        const auto stack = execution_.stack();
        return stack.empty() ? std::string{} : stack.front().file + ':' + std::to_string(stack.front().line);
    }

    const WorkflowRegistry& registry_;
    const store::StoredRun& run_;
    const Timestamp now_;
    replay::Execution execution_;
    std::string newest_build_;
    Trial trial_;
};

}  // namespace

std::string_view to_string(Breakage::Stage stage) {
    static constexpr std::array<std::string_view, 3> names{"history", "input", "message"};
    return names.at(static_cast<std::size_t>(stage));
}

std::string_view to_string(Blocked::Kind kind) {
    static constexpr std::array<std::string_view, 5> names{"mismatch", "escaped_exception", "unknown_type",
                                                           "undecodable", "invalid_command"};
    return names.at(static_cast<std::size_t>(kind));
}

Trial try_run(const WorkflowRegistry& registry, const store::StoredRun& run, Timestamp now) {
    return Attempt{registry, run, now}.make();
}

std::string shape_of(const store::StoredRun& run) {
    std::string shape = run.type;
    for (const store::HistoryRow& row : run.history) {
        const auto activation = history::decode_activation(row.first_event, row.bytes);
        shape += '|';
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const history::Event& event : *events) (shape += ' ') += history::kind_name(event);
        }
    }
    return replay::digest(shape);
}

}  // namespace durable::deploy
