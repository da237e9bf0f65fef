#pragma once
// What onboarding writes to the business. Pure.

#include <string>

#include "activities/notifications.hpp"

namespace callflex {

[[nodiscard]] EmailRequest welcome_mail(const std::string& to, const std::string& business,
                                        const std::string& number);
/// Nobody has called yet.
[[nodiscard]] EmailRequest test_call_reminder(const std::string& to, const std::string& business,
                                              const std::string& number);
/// It did not work out; everything has been taken back.
[[nodiscard]] EmailRequest undone_mail(const std::string& to, const std::string& business);

}  // namespace callflex
