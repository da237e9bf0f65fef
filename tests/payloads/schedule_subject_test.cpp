// Whose data a schedule's runs hold: the input in its row and everything in its runs' histories are one
// person's, and go with him.

#include <array>

#include "engine/client/schedules.hpp"
#include "engine/schedule/schedule_error.hpp"
#include "engine/store/payload_rows.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

ScheduleSpec reminder(const std::string& person, const Letter& letter = {"call-her-back"}) {
    ScheduleSpec spec{.id = "reminder", .cron = "@yearly", .workflow = scheduled(deliver, letter)};
    spec.workflow.tenant = Tenant{"acme"};
    spec.workflow.person = person;
    return spec;
}

struct Reminders : EncryptedPost {
    [[nodiscard]] client::ScheduleClient schedules(bool with_keys = true) const {
        client::ClientOptions made;
        made.connection_string = database.url();
        if (with_keys) made.payloads = settings;
        return client::ScheduleClient{made};
    }
    [[nodiscard]] std::string row() const { return database.value("select spec from engine.schedules"); }
    [[nodiscard]] std::int64_t erase(const std::string& person) const {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const auto erased =
            store::erase_payload_keys(tx, std::nullopt, settings.keys->subject_tokens(person));
        tx.commit();
        return erased.keys;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Reminders, "a schedule's input and its runs are erased with their person") {
    auto made = schedules();
    REQUIRE(made.create(reminder("+15550100")));
    CHECK(row().find("15550100") == std::string::npos);
    CHECK(row().find("call-her-back") == std::string::npos);
    const auto worker = start_worker();
    const auto begun = made.trigger("reminder");
    REQUIRE(begun.run);
    CHECK(result(*begun.run) == "call-her-back");
    CHECK(database.value("select count(*) from engine.payload_keys where subject = ''") == "0");
    CHECK(erase("+15550100") == 1);

    CHECK(schedules().describe("reminder").unreadable == "a payload was erased: its key is destroyed");
    const auto reader = new_client();
    CHECK(history::export_json(*begun.run, reader->history(*begun.run)).find("call-her-back") ==
          std::string::npos);
    must_hold();
}

TEST_CASE_FIXTURE(Reminders, "a declaration of the same person changes nothing, one of another seals anew") {
    auto made = schedules();
    made.apply(std::array{reminder("alice")});
    const std::string sealed = row();
    CHECK(made.apply(std::array{reminder("alice")}).updated.empty());
    CHECK(schedules(false).apply(std::array{reminder("alice")}).updated.empty());
    CHECK(row() == sealed);
    CHECK(made.apply(std::array{reminder("bob")}).updated.size() == 1);
    CHECK(erase("alice") == 1);
    CHECK(schedules().describe("reminder").unreadable.empty());
    CHECK(erase("bob") == 1);
    CHECK_FALSE(schedules().describe("reminder").unreadable.empty());
}

TEST_CASE_FIXTURE(Reminders, "who changes another part of a schedule leaves it its person") {
    REQUIRE(schedules().create(reminder("alice")));
    auto shell = schedules(false);
    ScheduleSpec changed = shell.describe("reminder").spec;
    changed.cron = "@monthly";
    CHECK(shell.update(changed) == store::ScheduleUpdate::updated);
    changed.workflow.subject.clear();
    CHECK_THROWS_WITH_AS(shell.update(changed), doctest::Contains("cannot go to another tenant or person"),
                         schedule::ScheduleError);
    CHECK(decode<Letter>(schedules().describe("reminder").spec.workflow.input).text == "call-her-back");
    CHECK(erase("alice") == 1);
    CHECK_FALSE(schedules().describe("reminder").unreadable.empty());
}

TEST_CASE_FIXTURE(Reminders, "the result of one person's run is not handed to the next person's") {
    auto made = schedules();
    REQUIRE(made.create(reminder("alice")));
    {
        const auto worker = start_worker();
        CHECK(result(made.trigger("reminder").run.value()) == "call-her-back");
        REQUIRE(made.update(reminder("bob")) == store::ScheduleUpdate::updated);
        const auto his = made.trigger("reminder").run.value();
        CHECK(result(his) == "call-her-back");
        const auto history = new_client()->history(his);
        CHECK(std::get<history::WorkflowStarted>(history.front().arrived.front()).previous_result.is_null());
    }
}
