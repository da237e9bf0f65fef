#pragma once
// The commands of one activation: numbers them in the order of issue, and either collects them (live) or
// holds them against what history recorded (replay). The first difference, or any other bug, blocks the
// activation: from then on nothing is issued, and whatever the code does next is ignored.

#include <exception>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/replay/history.hpp"

namespace durable::replay {

/// Thrown into workflow code where a verb has to give a value and cannot: the activation is blocked already,
/// so it does not matter if the code swallows it.
struct Stopped {};

class Commands {
  public:
    /// A live activation at `time`, whose first command will get the id `first`.
    void begin_live(EventId first, Timestamp time);
    /// A recorded one. `recorded` must stay until finish().
    void begin_replay(EventId first, Timestamp time, const history::Activation& recorded);

    /// Issues a command. The id is its event's, the same live and in every replay.
    EventId issue(history::Event command, std::source_location where);
    /// The id that the next command will get.
    [[nodiscard]] EventId next_id() const noexcept { return next_; }
    /// On replay: the recorded command that the next issue() will be held against, if any.
    [[nodiscard]] const history::Event* recorded_next() const;
    /// On replay: whether this activation has recorded the patch's marker, at whatever place. If so it is met,
    /// and the commands around it are held against the rest. A marker that is not met is a difference, unless
    /// it is deprecated.
    [[nodiscard]] bool meet_marker(std::string_view patch);
    [[nodiscard]] bool replaying() const noexcept { return recorded_ != nullptr; }
    [[nodiscard]] Timestamp time() const noexcept { return time_; }

    /// The first reason counts.
    void block(Blocked::Kind kind, std::string reason);
    [[nodiscard]] bool blocked() const noexcept { return blocked_.has_value(); }

    /// Issues CodeStarted if nothing else has been issued.
    void say_started_if_silent();
    /// Ends the activation. On replay, recorded commands that the code did not issue block it.
    [[nodiscard]] std::optional<Blocked> finish();
    /// The commands of a live activation that is finished.
    [[nodiscard]] std::vector<history::Event> take() { return std::move(issued_); }

  private:
    void pass_markers();
    void mismatch(const history::Event* recorded, const history::Event* found, std::source_location where);

    EventId first_;
    EventId next_;
    Timestamp time_;
    const history::Activation* recorded_ = nullptr;
    std::size_t compared_ = 0;
    std::vector<std::size_t> met_;  ///< markers among the recorded commands, by place
    std::vector<history::Event> issued_;
    std::optional<Blocked> blocked_;
};

/// "workflows/process_call.cpp:41": short enough to be recorded with every command.
[[nodiscard]] std::string source_text(const std::source_location& where);

}  // namespace durable::replay
