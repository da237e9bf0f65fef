#include "engine/store/schedule_input.hpp"

#include <fmt/format.h>

#include "engine/payloads/wire.hpp"
#include "engine/schedule/schedule_error.hpp"

namespace durable::store {
namespace {

PayloadScope scope_of(const ScheduledWorkflow& workflow) {
    return {RunId{}, workflow.tenant, workflow.subject};
}

/// `stored` can be read.
bool encrypted(const Payload& stored) {
    if (!payloads::begins_wrapped(stored.json)) return false;
    const auto wrapped = payloads::parse(stored.json).wrapped;
    return wrapped && wrapped->key;
}

/// Whose the wanted schedule is, as the row would say it: the same person is not named anew after a rotation,
/// and who has no keys does not make a schedule nobody's.
void name_person(const PayloadGate& gate, const ScheduledWorkflow& stored, ScheduledWorkflow& wanted) {
    if (wanted.person.empty()) return;
    const bool same = gate.encrypts() ? gate.names(stored.subject, wanted.person) : !stored.subject.empty();
    wanted.subject = same ? stored.subject : gate.subject_token(wanted.person);
    wanted.person.clear();
}

}  // namespace

void seal_input(PayloadGate& gate, ScheduledWorkflow& workflow) {
    if (!workflow.person.empty()) workflow.subject = gate.subject_token(workflow.person);
    workflow.person.clear();
    gate.check_size("input of workflow " + workflow.type, workflow.input.json);
    if (workflow.input.is_null()) return;
    workflow.input.json = gate.seal_inline(std::move(workflow.input.json), scope_of(workflow));
}

bool seal_stored_input(PayloadGate& gate, ScheduledWorkflow& stored) {
    if (!gate.encrypts() || stored.input.is_null()) return false;
    std::string json = stored.input.json;
    if (!gate.open_value(json).empty() || encrypted(stored.input)) return false;
    stored.input.json = gate.seal_inline(std::move(json), scope_of(stored));
    return true;
}

std::string open_input(PayloadGate& gate, ScheduledWorkflow& stored) {
    return gate.open_value(stored.input.json);
}

ComparedSpec compare_spec(PayloadGate& gate, const ScheduleSpec& stored, ScheduleSpec wanted, Wish wish) {
    ScheduleSpec known = stored;
    const std::string problem = open_input(gate, known.workflow);
    const bool erased = payloads::tombstone_word(known.workflow.input.json) == "erased";
    const bool of_the_program = wish == Wish::declaration && !problem.empty() && !erased;
    name_person(gate, stored.workflow, wanted.workflow);
    if (of_the_program) wanted.workflow.input = known.workflow.input;
    const bool same = wanted == known;
    const bool unread = !problem.empty() && wanted.workflow.input == known.workflow.input;
    const bool given_away =
        wanted.workflow.tenant != known.workflow.tenant || wanted.workflow.subject != known.workflow.subject;
    if (unread && given_away) {
        throw schedule::ScheduleError(fmt::format(
            "the input of schedule \"{}\" cannot go to another tenant or person, since it cannot be "
            "read here ({}): give it anew",
            wanted.id, problem));
    }
    if (unread) {
        wanted.workflow.input = stored.workflow.input;
    } else {
        seal_input(gate, wanted.workflow);
    }
    return {same, std::move(wanted)};
}

}  // namespace durable::store
