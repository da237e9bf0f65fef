#include "api/ingress/functions/function.hpp"

#include <algorithm>
#include <array>

namespace callflex::ingress::functions {

namespace {

struct Named {
    std::string_view name;
    Function function;
};

constexpr std::array all{Named{"transferCall", transfer_call}, Named{"logDriverCallout", log_driver_callout},
                         Named{"scheduleCallback", schedule_callback}, Named{"takeMessage", take_message},
                         Named{"bookAppointment", book_appointment}};

}  // namespace

std::string_view name(ActionStatus status) {
    switch (status) {
        case ActionStatus::pending:
            return "pending";
        case ActionStatus::completed:
            return "completed";
        case ActionStatus::refused:
            return "refused";
    }
    return "refused";
}

Outcome ask_again(std::string question) {
    Outcome out;
    out.line = std::move(question);
    return out;
}

Function find_function(std::string_view name) {
    const auto found = std::ranges::find(all, name, &Named::name);
    return found == all.end() ? nullptr : found->function;
}

}  // namespace callflex::ingress::functions
