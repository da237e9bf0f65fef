#pragma once
// The workflow that the kit is tried on, and that docs/guide/testing.md quotes: it reminds of an appointment a
// day before, may be moved by a signal, charges a fee once if nobody comes.

#include <string>

#include "engine/testing/testing.hpp"

namespace kit {

using namespace std::chrono_literals;

struct Appointment {
    std::string phone;
    durable::Duration in;  ///< from the booking on
};
BOOST_DESCRIBE_STRUCT(Appointment, (), (phone, in))
struct Sms {
    std::string to;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Sms, (), (to, text))
struct Outcome {
    bool came = false;
    int reminders = 0;
    std::string fee;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (came, reminders, fee))

/// Idempotent at the vendor: tried again after a crash.
inline constexpr durable::Activity<Sms, std::string> remind_by_sms{
    "remind_by_sms", {.start_to_close = 30s, .initial_interval = 1min, .maximum_attempts = 5}};
/// A vendor without idempotency keys: never twice.
inline constexpr durable::Activity<std::string, std::string> charge_fee{
    "charge_fee",
    {.start_to_close = 30s, .maximum_attempts = 5, .delivery = durable::Delivery::at_most_once}};

inline constexpr durable::WorkflowType<Appointment, Outcome> appointment{"appointment"};
inline constexpr durable::Signal<durable::Duration> moved{"moved"};
inline constexpr durable::Signal<durable::Nothing> arrived{"arrived"};
inline constexpr durable::Query<durable::Nothing, int> reminders_sent{"reminders_sent"};

durable::Task<Outcome> keep_appointment(durable::Workflow& wf, Appointment booked);

}  // namespace kit
