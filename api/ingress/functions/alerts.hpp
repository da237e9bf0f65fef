#pragma once
// Telling people of the business about something that cannot wait. Pure.

#include <string>
#include <vector>

#include "api/ingress/functions/function.hpp"

namespace callflex::ingress::functions {

/// One SMS to each number, or, when there are none, one e-mail to each address that the settings name. Empty
/// when nobody can be told.
[[nodiscard]] std::vector<NotifyRequest> alert(const Situation& situation,
                                               const std::vector<std::string>& numbers,
                                               const std::string& subject, const std::string& text);

/// Those of dispatch, or whoever is told about calls when dispatch has none.
[[nodiscard]] std::vector<std::string> dispatch_numbers(const Situation& situation);
/// Those who are told about calls, or the manager's when nobody is.
[[nodiscard]] std::vector<std::string> owner_numbers(const Situation& situation);

}  // namespace callflex::ingress::functions
