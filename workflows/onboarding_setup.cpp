#include "workflows/onboarding_setup.hpp"

#include "activities/live_events.hpp"

namespace callflex {
namespace {

constexpr std::size_t notices_max = 20;

}  // namespace

std::string address_of(const Setup& setup) {
    if (!setup.request.contact_email.empty()) return setup.request.contact_email;
    return setup.contact ? setup.contact->email : std::string{};
}

durable::Task<void> need_contact(durable::Workflow& wf, Setup& setup) {
    if (!setup.contact) setup.contact = co_await wf.run(read_contact, {setup.request.organization_id});
}

durable::Task<void> report(durable::Workflow& wf, Setup& setup) {
    wf.publish(onboarding_state, setup.state);
    const auto told = co_await wf.attempt(
        publish_live_event,
        {setup.request.organization_id, "onboarding_progress", durable::encode(setup.state)});
    if (!told.ok() && !told.canceled()) notice(setup, "live event: " + told.failure().to_string());
}

void notice(Setup& setup, std::string text) {
    if (setup.state.notices.size() < notices_max) setup.state.notices.push_back(std::move(text));
}

}  // namespace callflex
