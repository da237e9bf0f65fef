// Results that a schedule hands from run to run, when they are not plain JSON in a row.

#include <random>

#include "engine/client/schedules.hpp"
#include "engine/store/payload_rows.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Text that stays long when it is compressed.
std::string text_of(std::size_t size) {
    std::mt19937 dice{11};
    std::string text;
    while (text.size() < size) text += static_cast<char>('a' + dice() % 26);
    return text;
}

/// A schedule whose runs deliver one letter, run by hand.
class Rounds {
  public:
    Rounds(Post& post, const Letter& letter)
        : post_(post), schedules_({.connection_string = post.database.url()}) {
        ScheduleSpec spec{.id = "rounds", .cron = "@yearly", .workflow = scheduled(deliver, letter)};
        spec.workflow.tenant = Tenant{"acme"};
        REQUIRE(schedules_.create(spec));
    }
    RunId begin() {
        const auto begun = schedules_.trigger("rounds");
        REQUIRE(begun.fate == store::ScheduleFate::started);
        return begun.run.value();
    }
    history::WorkflowStarted start_of(RunId run) {
        return std::get<history::WorkflowStarted>(post_.client->history(run).at(0).arrived.at(0));
    }
    /// A whole one: what its code was told when it began.
    history::WorkflowStarted run() {
        const RunId run = begin();
        CHECK(post_.client->wait_result({.run = run}, 60s).status == replay::RunStatus::completed);
        return start_of(run);
    }

  private:
    Post& post_;
    client::ScheduleClient schedules_;
};

}  // namespace

TEST_CASE_FIXTURE(EncryptedPost,
                  "an encrypted result is handed on as it is, and opened by whoever reads it") {
    const auto worker = start_worker();
    Rounds rounds{*this, {"secret"}};
    CHECK(rounds.run().previous_result.is_null());
    CHECK(decode<std::string>(rounds.run().previous_result) == "secret");
    must_hold();
}

TEST_CASE_FIXTURE(EncryptedPost,
                  "a result whose key is destroyed is not handed on: the next run goes its way") {
    const auto worker = start_worker();
    Rounds rounds{*this, {"secret"}};
    rounds.run();
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    CHECK(store::erase_payload_keys(tx, std::string{"acme"}, {}).keys == 1);
    tx.commit();
    CHECK(rounds.run().previous_result.is_null());
    must_hold();
}

TEST_CASE_FIXTURE(Post,
                  "a large result stays stored once, and whoever is told it uses it from its start on") {
    auto worker = start_worker();
    const std::string long_text = text_of(200'000);
    Rounds rounds{*this, {long_text}};
    rounds.run();
    worker.reset();
    const std::string stored = database.value("select count(*) from engine.payloads");
    const RunId second = rounds.begin();  // nobody runs its code
    CHECK(database.value("select count(*) from engine.payload_uses where run_id = '" +
                         second.value.to_string() + "'") == "1");
    CHECK(database.value("select count(*) from engine.payloads") == stored);
    must_hold();
    CHECK(decode<std::string>(rounds.start_of(second).previous_result) == long_text);
}
