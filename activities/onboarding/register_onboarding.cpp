#include "activities/onboarding/register_onboarding.hpp"

#include "activities/onboarding/transactional_steps.hpp"
#include "activities/tenancy.hpp"
#include "activities/twilio/number_activities.hpp"
#include "activities/vapi/assistant_activities.hpp"
#include "activities/vapi/number_activities.hpp"

namespace callflex::setup {
namespace {

/// An activity's implementation as the registry wants it, from one that also needs the vendors. A plain
/// function object: the coroutine is the function it calls.
template <class Input, class Result>
auto with(std::shared_ptr<Vendors> vendors,
          boost::asio::awaitable<Result> (*function)(std::shared_ptr<Vendors>, durable::ActivityContext&,
                                                     Input)) {
    return [vendors = std::move(vendors), function](durable::ActivityContext& context, Input input) {
        return function(vendors, context, std::move(input));
    };
}

void register_records(durable::worker::ActivityRegistry& registry) {
    registry.transactional(callflex::prepare_assistant, for_the_tenant(prepare_assistant));
    registry.transactional(callflex::record_assistant, for_the_tenant(record_assistant));
    registry.transactional(callflex::reserve_number, for_the_tenant(reserve_number));
    registry.transactional(callflex::record_number, for_the_tenant(record_number));
    registry.transactional(callflex::discard_number, for_the_tenant(discard_number));
    registry.transactional(callflex::record_link, for_the_tenant(record_link));
    registry.transactional(callflex::read_contact, for_the_tenant(read_contact));
    registry.transactional(callflex::record_customer, for_the_tenant(record_customer));
    registry.transactional(callflex::find_test_call, for_the_tenant(find_test_call));
    registry.transactional(callflex::record_undone, for_the_tenant(record_undone));
}

}  // namespace

void register_onboarding_activities(durable::worker::ActivityRegistry& registry,
                                    std::shared_ptr<Vendors> vendors) {
    register_records(registry);
    registry.async(create_assistant, with(vendors, &vapi::create), with(vendors, &vapi::reconcile_assistant));
    registry.async(remove_assistant, with(vendors, &vapi::remove));
    registry.async(search_numbers, with(vendors, &twilio::search));
    registry.async(buy_number, with(vendors, &twilio::buy), with(vendors, &twilio::reconcile_purchase));
    registry.async(import_number, with(vendors, &vapi::import), with(vendors, &vapi::reconcile_import));
    registry.async(check_number, with(vendors, &twilio::check_number));
    registry.async(assign_number, with(vendors, &vapi::assign));
    registry.async(release_number, with(vendors, &twilio::release));
}

}  // namespace callflex::setup
