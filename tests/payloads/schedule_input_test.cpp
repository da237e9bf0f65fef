// The input of scheduled runs: in a schedule's row as in the histories of its runs, never as text that
// anybody can read.

#include <array>

#include "engine/client/schedules.hpp"
#include "engine/schedule/schedule_error.hpp"
#include "engine/store/payload_gate.hpp"
#include "engine/store/payload_rows.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

constexpr const char* confidential = "confidential";

ScheduleSpec rounds(const Letter& letter = {confidential}) {
    ScheduleSpec spec{.id = "rounds", .cron = "@yearly", .workflow = scheduled(deliver, letter)};
    spec.workflow.tenant = Tenant{"acme"};
    return spec;
}

/// An encrypted office whose schedules are made and run by hand.
struct Timetabled : EncryptedPost {
    [[nodiscard]] client::ScheduleClient keyless() const { return client::ScheduleClient{options({})}; }
    [[nodiscard]] client::ScheduleClient keyed() const { return client::ScheduleClient{options(settings)}; }
    [[nodiscard]] client::ClientOptions options(const payloads::Settings& payloads) const {
        client::ClientOptions made;
        made.connection_string = database.url();
        made.payloads = payloads;
        return made;
    }
    [[nodiscard]] std::string stored_spec() const {
        return database.value("select spec from engine.schedules");
    }
    /// What the row says of the input, as text.
    [[nodiscard]] std::string stored_input() const {
        return database.value("select spec::json #>> '{workflow,input}' from engine.schedules");
    }
    [[nodiscard]] bool in_the_row(const std::string& text) const {
        return stored_spec().find(text) != std::string::npos;
    }
    RunId trigger(client::ScheduleClient& by) const {
        const auto begun = by.trigger("rounds");
        REQUIRE(begun.fate == store::ScheduleFate::started);
        return begun.run.value();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Timetabled, "a schedule's input is sealed in its row and in the histories of its runs") {
    auto schedules = keyed();
    REQUIRE(schedules.create(rounds()));
    CHECK_FALSE(in_the_row(confidential));
    CHECK(decode<Letter>(schedules.describe("rounds").spec.workflow.input).text == confidential);
    CHECK(decode<Letter>(schedules.list().at(0).spec.workflow.input).text == confidential);
    const auto worker = start_worker();
    CHECK(result(trigger(schedules)) == confidential);
    CHECK_FALSE(stored_anywhere(confidential));
    must_hold();
}

TEST_CASE_FIXTURE(
    Timetabled, "a schedule from before there were keys goes on, and its input is sealed by its next turn") {
    auto before = keyless();
    REQUIRE(before.create(rounds()));
    REQUIRE(in_the_row(confidential));
    auto schedules = keyed();
    CHECK(decode<Letter>(schedules.describe("rounds").spec.workflow.input).text == confidential);
    const auto worker = start_worker();
    CHECK(result(trigger(schedules)) == confidential);
    CHECK_FALSE(in_the_row(confidential));
    CHECK_FALSE(stored_anywhere(confidential));
    CHECK(schedules.describe("rounds").revision == 1);
    CHECK(result(trigger(schedules)) == confidential);
    must_hold();
}

TEST_CASE_FIXTURE(Timetabled,
                  "a worker that declares schedules seals their inputs, and a declaration that is not new "
                  "changes nothing") {
    keyless().apply(std::array{rounds()});
    auto schedules = keyed();
    CHECK(schedules.apply(std::array{rounds()}).updated.empty());
    schedules.apply(std::array{rounds({"other"})});
    CHECK_FALSE(in_the_row("other"));
    const std::string sealed = stored_spec();
    CHECK(schedules.apply(std::array{rounds({"other"})}).updated.empty());
    CHECK(stored_spec() == sealed);
    CHECK(schedules.update(rounds({"other"})) == store::ScheduleUpdate::unchanged);
}

TEST_CASE_FIXTURE(Timetabled,
                  "who has no keys changes a schedule without touching its input, and cannot give it away") {
    REQUIRE(keyed().create(rounds()));
    const std::string sealed = stored_input();
    auto shell = keyless();
    const auto shown = shell.describe("rounds");
    CHECK(shown.unreadable.find("no payload keys are configured here") != std::string::npos);
    ScheduleSpec changed = shown.spec;
    changed.cron = "@monthly";
    CHECK(shell.update(changed, shown.revision) == store::ScheduleUpdate::updated);
    CHECK(stored_input() == sealed);
    changed.workflow.tenant = Tenant{"other"};
    CHECK_THROWS_WITH_AS(shell.update(changed), doctest::Contains("cannot go to another tenant"),
                         schedule::ScheduleError);
    ScheduleSpec declared = rounds({"declared"});
    declared.cron = "@monthly";
    CHECK(shell.apply(std::array{declared}).updated.empty());
    CHECK(stored_input() == sealed);

    auto schedules = keyed();
    CHECK(schedules.describe("rounds").spec.cron == "@monthly");
    CHECK(decode<Letter>(schedules.describe("rounds").spec.workflow.input).text == confidential);
}

TEST_CASE_FIXTURE(
    Timetabled,
    "an erased input blocks nothing but its runs, and comes back with the program's next declaration") {
    REQUIRE(keyed().create(rounds()));
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    REQUIRE(store::erase_payload_keys(tx, std::string{"acme"}, {}).keys == 1);
    tx.commit();
    auto schedules = keyed();  // it remembers no key
    CHECK(schedules.describe("rounds").unreadable == "a payload was erased: its key is destroyed");
    CHECK(schedules.apply(std::array{rounds()}).updated == std::vector<std::string>{"rounds"});
    CHECK(decode<Letter>(schedules.describe("rounds").spec.workflow.input).text == confidential);
    const auto worker = start_worker();
    CHECK(result(trigger(schedules)) == confidential);
    CHECK_FALSE(in_the_row(confidential));
}

TEST_CASE_FIXTURE(Timetabled, "another tenant's schedule is sealed with the other tenant's key") {
    auto schedules = keyed();
    REQUIRE(schedules.create(rounds()));
    ScheduleSpec given_away = rounds();
    given_away.workflow.tenant = Tenant{"other"};
    CHECK(schedules.update(given_away) == store::ScheduleUpdate::updated);
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    REQUIRE(store::erase_payload_keys(tx, std::string{"acme"}, {}).keys == 1);
    tx.commit();
    CHECK(keyed().describe("rounds").unreadable.empty());
}

TEST_CASE_FIXTURE(
    Timetabled,
    "a schedule's input above the limit is refused, and a user's value that looks sealed stays his") {
    auto schedules = keyless();
    CHECK_THROWS_WITH_AS(schedules.create(rounds({std::string(3'000'000, 'x')})),
                         doctest::Contains("input of workflow deliver"), store::PayloadTooLarge);
    ScheduleSpec spec = rounds();
    spec.workflow.input = Payload{R"({"$durable":1,"gone":"erased"})"};
    REQUIRE(schedules.create(spec));
    const auto shown = schedules.describe("rounds");
    CHECK(shown.unreadable.empty());
    CHECK(shown.spec.workflow.input == spec.workflow.input);
    CHECK(schedules.update(spec) == store::ScheduleUpdate::unchanged);
}
