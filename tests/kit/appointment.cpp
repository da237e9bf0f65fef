#include "tests/kit/appointment.hpp"

namespace kit {

using durable::Nothing;
using durable::Task;
using durable::Timestamp;
using durable::Workflow;

namespace {

/// Until a day before, however often it is moved.
Task<Timestamp> wait_for_the_day_before(Workflow& wf, Timestamp when) {
    auto moves = wf.signals(moved);
    while (wf.now() < when - 24h) {
        auto first = co_await wf.any(wf.sleep(when - 24h - wf.now()), moves.receive());
        if (first.index == 1) when += std::get<1>(first.value);
    }
    co_return when;
}

}  // namespace

Task<Outcome> keep_appointment(Workflow& wf, Appointment booked) {
    auto& outcome = wf.keep(Outcome{});
    wf.on_query(reminders_sent, [&outcome](const Nothing&) { return outcome.reminders; });

    const Timestamp when = co_await wait_for_the_day_before(wf, wf.now() + booked.in);
    co_await wf.run(remind_by_sms, {booked.phone, "See you tomorrow."});
    ++outcome.reminders;

    auto first = co_await wf.any(wf.sleep(when + 15min - wf.now()), wf.signals(arrived).receive());
    outcome.came = first.index == 1;
    if (!outcome.came) outcome.fee = co_await wf.run(charge_fee, booked.phone);
    co_return outcome;
}

}  // namespace kit
