// Cron expressions (the first line of the input) and whole specs (the input as JSON). What is accepted names instants
// in order, each of which is one by the same rule.

#include "engine/schedule/cron.hpp"
#include "engine/schedule/timetable.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace durable;
using namespace durable::schedule;

constexpr std::chrono::local_seconds some_day{std::chrono::seconds{1'795'256'190}};
constexpr Timestamp some_time{std::chrono::seconds{1'795'256'190}};

void check_cron(std::string_view text) {
    try {
        const CronExpression cron = CronExpression::parse(text);
        const auto next = cron.next(some_day);
        if (!next) return;
        fuzz::expect(*next >= some_day, "the next reading is not before");
        fuzz::expect(cron.next(*next) == next, "a reading that matches is the first one from itself");
        const auto later = cron.next(*next + std::chrono::seconds{1});
        fuzz::expect(!later || *later > *next, "readings are in order");
    } catch (const ScheduleError& error) {
        fuzz::expect(std::string_view{error.what()}.size() > 1, "an error says something");
    }
}

void check_spec(std::string_view text) {
    ScheduleSpec spec;
    try {
        spec = decode<ScheduleSpec>(Payload{std::string{text}});
    } catch (const DecodeError&) {
        return;
    }
    try {
        const Timetable timetable{spec};
        const auto first = timetable.next_after(some_time);
        if (!first) return;
        fuzz::expect(*first > some_time, "the next time is later");
        fuzz::expect(timetable.due(*first) >= *first, "nothing is due before its time");
        const auto second = timetable.next_after(*first);
        fuzz::expect(!second || *second > *first, "times are in order");
        fuzz::expect(!second || timetable.workflow_id(*first) != timetable.workflow_id(*second),
                     "each time has a run of its own");
    } catch (const ScheduleError& error) {
        fuzz::expect(std::string_view{error.what()}.size() > 1, "an error says something");
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text = fuzz::text(data, size);
    check_spec(text);
    check_cron(fuzz::take_line(text));
    return 0;
}
