#include "engine/replay/comparison.hpp"

#include "engine/workflow/codec.hpp"

namespace durable::replay {
namespace {

using namespace history;

struct Same {
    template <class A, class B>
    bool operator()(const A&, const B&) const {
        return false;
    }
    template <class A>
    bool operator()(const A& recorded, const A& found) const {
        return recorded == found;
    }
    bool operator()(const ActivityScheduled& recorded, const ActivityScheduled& found) const {
        return recorded.type == found.type && recorded.input == found.input &&
               recorded.options == found.options;
    }
    bool operator()(ChildInitiated recorded, const ChildInitiated& found) const {
        recorded.run = found.run;
        recorded.source = found.source;
        return recorded == found;
    }
    bool operator()(const StatePublished& recorded, const StatePublished& found) const {
        return recorded.key == found.key && recorded.value == found.value;
    }
    bool operator()(const SearchAttributeSet& recorded, const SearchAttributeSet& found) const {
        return recorded.key == found.key && recorded.type == found.type && recorded.value == found.value;
    }
    bool operator()(const ExternalSignalOrdered& recorded, const ExternalSignalOrdered& found) const {
        return recorded.workflow_id == found.workflow_id && recorded.name == found.name &&
               recorded.input == found.input;
    }
    bool operator()(const ExternalCancelOrdered& recorded, const ExternalCancelOrdered& found) const {
        return recorded.workflow_id == found.workflow_id && recorded.reason == found.reason;
    }
    bool operator()(const UnitsRequested& recorded, const UnitsRequested& found) const {
        return recorded.resource == found.resource && recorded.units == found.units;
    }
    bool operator()(WorkflowContinuedAsNew recorded, const WorkflowContinuedAsNew& found) const {
        recorded.run = found.run;
        return recorded == found;
    }
    bool operator()(const WorkflowFailed& recorded, const WorkflowFailed& found) const {
        return recorded.failure == found.failure;
    }
    bool operator()(const TimerStarted& recorded, const TimerStarted& found) const {
        return recorded.delay == found.delay;
    }
    bool operator()(const SideEffectRecorded&, const SideEffectRecorded&) const { return true; }
};

std::string options_digest(const ActivityScheduled& event) {
    return digest(
        encode_event(ActivityScheduled{.type = {}, .input = {}, .options = event.options, .source = {}}));
}

/// Of everything but what was asked of whom: ids, inputs and sources have their own place.
std::string options_digest(ChildInitiated event) {
    event.type.clear();
    event.workflow_id.clear();
    event.input = {};
    event.run = {};
    event.source.clear();
    return digest(encode_event(event));
}

std::string milliseconds(Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
}

struct Details {
    std::string operator()(const ActivityScheduled& event) const {
        return " " + event.type + ", input " + digest(event.input.json) + ", options " +
               options_digest(event);
    }
    std::string operator()(const ActivityCancelRequested& event) const {
        return " of event " + std::to_string(event.scheduled.value);
    }
    std::string operator()(const ChildInitiated& event) const {
        return " " + event.type + ", id " + digest(event.workflow_id) + ", input " +
               digest(event.input.json) + ", options " + options_digest(event);
    }
    std::string operator()(const ChildCancelRequested& event) const {
        return " of event " + std::to_string(event.initiated.value);
    }
    std::string operator()(const StatePublished& event) const {
        return " " + event.key + ", value " + digest(event.value.json);
    }
    std::string operator()(const SearchAttributeSet& event) const {
        return " " + event.key + ", value " + digest(event.value.json);
    }
    std::string operator()(const UpdateCompleted& event) const {
        return " of event " + std::to_string(event.accepted.value) +
               (event.failure ? ending(*event.failure) : ", result " + digest(event.result.json));
    }
    std::string operator()(const ExternalSignalOrdered& event) const {
        return " " + event.name + ", id " + digest(event.workflow_id) + ", input " + digest(event.input.json);
    }
    std::string operator()(const ExternalCancelOrdered& event) const {
        return ", id " + digest(event.workflow_id);
    }
    std::string operator()(const UnitsRequested& event) const {
        return " of " + event.resource + ", units " + std::to_string(event.units);
    }
    std::string operator()(const UnitsReleased& event) const {
        return " of event " + std::to_string(event.requested.value);
    }
    std::string operator()(const PatchMarked& event) const {
        return " " + event.id + (event.deprecated ? ", deprecated" : "");
    }
    std::string operator()(const WorkflowContinuedAsNew& event) const {
        return ", input " + digest(event.input.json) + ", " + std::to_string(event.signals.size()) +
               " unread signals";
    }
    std::string operator()(const TimerStarted& event) const { return " for " + milliseconds(event.delay); }
    std::string operator()(const TimerCanceled& event) const {
        return " of event " + std::to_string(event.started.value);
    }
    std::string operator()(const WorkflowCompleted& event) const {
        return ", result " + digest(event.result.json);
    }
    std::string operator()(const WorkflowFailed& event) const { return ending(event.failure); }
    std::string operator()(const WorkflowCanceled& event) const { return ending(event.failure); }
    template <class E>
    std::string operator()(const E&) const {
        return {};
    }

  private:
    static std::string ending(const Failure& failure) {
        const std::string type = failure.type.empty() ? std::string{to_string(failure.kind)} : failure.type;
        return " with " + type + ", failure " + digest(encode_event(WorkflowFailed{failure}));
    }
};

/// Path of the first place at which two JSON values differ; "" if it is the root.
std::string first_difference(JsonReader& left, JsonReader& right);

std::string differing_member(JsonReader& left, JsonReader& right) {
    std::string_view left_name;
    std::string_view right_name;
    left.begin_object();
    right.begin_object();
    while (left.next_member(left_name)) {
        std::string name{left_name};
        if (!right.next_member(right_name) || right_name != name) return name;
        std::string below = first_difference(left, right);
        if (below != "=") return name + (below.empty() || below[0] == '[' ? "" : ".") + below;
    }
    return right.next_member(right_name) ? std::string{right_name} : "=";
}

std::string differing_element(JsonReader& left, JsonReader& right) {
    left.begin_array();
    right.begin_array();
    for (std::size_t i = 0;; ++i) {
        const std::string place = '[' + std::to_string(i) + ']';
        const bool more_left = left.next_element();
        const bool more_right = right.next_element();
        if (!more_left && !more_right) return "=";
        if (more_left != more_right) return place;
        const std::string below = first_difference(left, right);
        if (below != "=") return place + (below.empty() || below[0] == '[' ? "" : ".") + below;
    }
}

/// "=" if the values are the same.
std::string first_difference(JsonReader& left, JsonReader& right) {
    const JsonReader::Kind kind = left.peek();
    if (kind != right.peek()) return {};
    if (kind == JsonReader::Kind::object) return differing_member(left, right);
    if (kind == JsonReader::Kind::array) return differing_element(left, right);
    return left.raw() == right.raw() ? "=" : "";
}

/// "input differs at body"
std::string where_they_differ(std::string what, const Payload& recorded, const Payload& found) {
    what += " differs";
    try {
        JsonReader left{recorded.json};
        JsonReader right{found.json};
        const std::string path = first_difference(left, right);
        return path.empty() || path == "=" ? what : what + " at " + path;
    } catch (const DecodeError&) {
        return what;  // a payload that is no JSON has no paths
    }
}

struct Difference {
    template <class A, class B>
    std::string operator()(const A&, const B&) const {
        return {};
    }
    std::string operator()(const ActivityScheduled& left, const ActivityScheduled& right) const {
        if (left.type != right.type) return {};
        if (left.input != right.input) return where_they_differ("input", left.input, right.input);
        return left.options != right.options ? "options differ" : "";
    }
    std::string operator()(const ChildInitiated& left, const ChildInitiated& right) const {
        if (left.type != right.type) return {};
        if (left.workflow_id != right.workflow_id) return "workflow id differs";
        if (left.input != right.input) return where_they_differ("input", left.input, right.input);
        return "options differ";
    }
    std::string operator()(const StatePublished& left, const StatePublished& right) const {
        return left.key == right.key ? where_they_differ("value", left.value, right.value) : "";
    }
    std::string operator()(const ExternalSignalOrdered& left, const ExternalSignalOrdered& right) const {
        if (left.workflow_id != right.workflow_id) return "workflow id differs";
        return left.name == right.name ? where_they_differ("input", left.input, right.input) : "";
    }
    std::string operator()(const WorkflowContinuedAsNew& left, const WorkflowContinuedAsNew& right) const {
        if (left.input != right.input) return where_they_differ("input", left.input, right.input);
        if (left.signals != right.signals) return "unread signals differ";
        return left.attributes != right.attributes ? "search attributes differ" : "";
    }
};

}  // namespace

bool same_command(const Event& recorded, const Event& found) {
    return std::visit(Same{}, recorded, found);
}

std::string describe(const Event& event) {
    return std::string{kind_name(event)} + std::visit(Details{}, event);
}

std::string difference(const Event& recorded, const Event& found) {
    return std::visit(Difference{}, recorded, found);
}

std::string digest(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    constexpr std::string_view hex = "0123456789abcdef";
    std::string printed;
    for (int shift = 60; shift >= 0; shift -= 4) printed += hex[hash >> shift & 15];
    return printed;
}

}  // namespace durable::replay
