#pragma once
// What onboarding reads and writes of the organization itself.

#include <boost/describe.hpp>
#include <string>

#include "activities/defaults.hpp"

namespace callflex {

struct OrganizationToSetUp {
    std::string organization_id;
};
BOOST_DESCRIBE_STRUCT(OrganizationToSetUp, (), (organization_id))

struct OrganizationContact {
    std::string name;
    std::string email;        ///< first owner, else the first address that is notified; "" when there is none
    std::string customer_id;  ///< Stripe's; "" until there is one
};
BOOST_DESCRIBE_STRUCT(OrganizationContact, (), (name, email, customer_id))

/// Transactional, read only. Final failure: "OrganizationNotFound".
inline constexpr durable::Activity<OrganizationToSetUp, OrganizationContact> read_contact{
    "read_contact", transactional_defaults};

struct CustomerEntry {
    std::string organization_id;
    std::string customer_id;
};
BOOST_DESCRIBE_STRUCT(CustomerEntry, (), (organization_id, customer_id))

/// Transactional. A customer that the organization already has stays.
inline constexpr durable::Activity<CustomerEntry, durable::Nothing> record_customer{"record_customer",
                                                                                    transactional_defaults};

struct TestCallQuestion {
    std::string organization_id;
    std::string phone_number_id;
};
BOOST_DESCRIBE_STRUCT(TestCallQuestion, (), (organization_id, phone_number_id))

struct TestCallAnswer {
    bool made = false;
};
BOOST_DESCRIBE_STRUCT(TestCallAnswer, (), (made))

/// Transactional, read only: has any call come in on the organization's number during the last 31 days?
inline constexpr durable::Activity<TestCallQuestion, TestCallAnswer> find_test_call{"find_test_call",
                                                                                    side_step_defaults};

struct OnboardingToUndo {
    std::string organization_id;
    std::string assistant_id;     ///< "": none
    std::string phone_number_id;  ///< "": none
};
BOOST_DESCRIBE_STRUCT(OnboardingToUndo, (), (organization_id, assistant_id, phone_number_id))

/// Transactional: assistant deleted, number released. Rows stay, since calls may refer to them.
inline constexpr durable::Activity<OnboardingToUndo, durable::Nothing> record_undone{"record_undone",
                                                                                     transactional_defaults};

}  // namespace callflex
