#include "engine/replay/commands.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/replay/comparison.hpp"

namespace durable::replay {

void Commands::begin_live(EventId first, Timestamp time) {
    first_ = next_ = first;
    time_ = time;
    recorded_ = nullptr;
    issued_.clear();
}

void Commands::begin_replay(EventId first, Timestamp time, const history::Activation& recorded) {
    first_ = next_ = first;
    time_ = time;
    recorded_ = &recorded;
    compared_ = 0;
    met_.clear();
    pass_markers();
}

EventId Commands::issue(history::Event command, std::source_location where) {
    const EventId id = next_;
    if (blocked()) return id;
    next_ = next(next_);
    if (!replaying()) {
        issued_.push_back(std::move(command));
        return id;
    }
    const history::Event* const recorded = recorded_next();
    ++compared_;
    if (recorded == nullptr || !same_command(*recorded, command)) mismatch(recorded, &command, where);
    pass_markers();
    return id;
}

bool Commands::meet_marker(std::string_view patch) {
    if (recorded_ == nullptr) return false;
    for (std::size_t place = 0; place < recorded_->commands.size(); ++place) {
        const auto* marker = std::get_if<history::PatchMarked>(&recorded_->commands[place]);
        if (marker == nullptr || marker->id != patch) continue;
        met_.push_back(place);
        pass_markers();
        return true;
    }
    return false;
}

/// Goes on to the next recorded command that the code has to issue.
void Commands::pass_markers() {
    for (; compared_ < recorded_->commands.size(); ++compared_, next_ = next(next_)) {
        const auto* marker = std::get_if<history::PatchMarked>(&recorded_->commands[compared_]);
        if (marker == nullptr) return;
        if (!marker->deprecated && std::ranges::find(met_, compared_) == met_.end()) return;
    }
}

const history::Event* Commands::recorded_next() const {
    if (recorded_ == nullptr || compared_ >= recorded_->commands.size()) return nullptr;
    return &recorded_->commands[compared_];
}

void Commands::block(Blocked::Kind kind, std::string reason) {
    if (!blocked_) blocked_ = Blocked{.kind = kind, .reason = std::move(reason), .mismatch = std::nullopt};
}

void Commands::mismatch(const history::Event* recorded, const history::Event* found,
                        std::source_location where) {
    Mismatch report;
    report.event =
        EventId{recorded_->first_event.value + static_cast<std::int32_t>(recorded_->arrived.size()) +
                static_cast<std::int32_t>(compared_) - 1};
    report.recorded = recorded != nullptr ? describe(*recorded) : "nothing";
    report.found = found != nullptr ? describe(*found) : "nothing";
    if (recorded != nullptr && found != nullptr) {
        const std::string details = difference(*recorded, *found);
        if (!details.empty()) report.found += " (" + details + ')';
    }
    if (found != nullptr && where.line() != 0) report.source = source_text(where);
    report.recorded_build = recorded_->build;
    block(Blocked::Kind::mismatch, report.to_string());
    blocked_->mismatch = std::move(report);
}

void Commands::say_started_if_silent() {
    if (blocked() || next_ != first_) return;
    // What history has instead is reported as missing, by finish().
    const history::Event* const recorded = recorded_next();
    if (recorded != nullptr && !std::holds_alternative<history::CodeStarted>(*recorded)) return;
    issue(history::CodeStarted{}, {});
}

std::optional<Blocked> Commands::finish() {
    const history::Event* const missing = blocked() ? nullptr : recorded_next();
    if (missing != nullptr) {
        ++compared_;
        mismatch(missing, nullptr, {});
    }
    recorded_ = nullptr;
    return blocked_;
}

std::string source_text(const std::source_location& where) {
    std::string_view file = where.file_name();
    const std::size_t name = file.rfind('/');
    const std::size_t folder = name == std::string_view::npos || name == 0 ? name : file.rfind('/', name - 1);
    if (folder != std::string_view::npos) file.remove_prefix(folder + 1);
    return std::string{file} + ':' + std::to_string(where.line());
}

}  // namespace durable::replay
