// Payloads in the rows of real runs: workers, clients and the database together.

#include <array>

#include "engine/store/payload_gate.hpp"
#include "engine/store/payload_rows.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Text that does not compress to nothing.
std::string noise(std::size_t size) {
    std::string text;
    std::uint64_t state = 88172645463325252U;
    while (text.size() < size) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        text += std::to_string(state);
    }
    text.resize(size);
    return text;
}

store::ErasedPayloads erase(const Post& post, const std::optional<std::string>& tenant,
                            const std::vector<std::string>& people) {
    pqxx::connection connection{post.database.url()};
    pqxx::work tx{connection};
    std::vector<std::string> tokens;
    for (const std::string& person : people) {
        for (const std::string& token : post.settings.keys->subject_tokens(person)) tokens.push_back(token);
    }
    const auto erased = store::erase_payload_keys(tx, tenant, tokens);
    tx.commit();
    return erased;
}

int number(const Post& post, const std::string& sql) {
    return std::stoi(post.database.value(sql));
}

}  // namespace

TEST_CASE_FIXTURE(Post, "without keys the rows of small payloads are plain JSON") {
    const auto worker = start_worker();
    const RunId run = start({"hello"}, "small");
    CHECK(result(run) == "hello");
    CHECK(stored_anywhere("\"text\":\"hello\""));
    CHECK_FALSE(stored_anywhere("$durable"));
    CHECK(number(*this, "select count(*) from engine.payload_keys") == 0);
    must_hold();
}

TEST_CASE_FIXTURE(Post, "a user's value that looks like a wrapped one goes through unharmed") {
    const auto worker = start_worker();
    const std::string forged = "{\"$durable\":1,\"gone\":\"erased\"}";
    client::StartOptions options;
    options.workflow = WorkflowId{"forged"};
    const RunId run = client->start("deliver", Payload{forged}, options).run;
    REQUIRE(eventually([&] { return client->describe({.run = run})->blocked.has_value(); }));
    CHECK(client->describe({.run = run})->blocked->reason.find("erased") == std::string::npos);
    CHECK(std::get<history::WorkflowStarted>(client->history(run).front().arrived.front()).input.json ==
          forged);
}

TEST_CASE_FIXTURE(Post, "a large payload is stored once, however many events and runs refer to it") {
    const auto worker = start_worker();
    const std::string text = noise(200'000);
    const RunId first = start({text, 1, false, true}, "large-1");
    const RunId second = start({text, 1, false, true}, "large-2");
    CHECK(result(first) == text);
    CHECK(result(second) == text);
    // The letter with and without its child, and the bare text; a parent uses all three, a child two.
    CHECK(number(*this, "select count(*) from engine.payloads") == 3);
    CHECK(number(*this, "select count(*) from engine.payload_uses") == 10);
    CHECK(number(*this, "select max(octet_length(activation)) from engine.history") < 4096);
    CHECK(client->history(first).size() > 1);
    must_hold();
}

TEST_CASE_FIXTURE(EncryptedPost,
                  "nothing that a run was given or answers stands in the database in the clear") {
    const auto worker = start_worker();
    const RunId run = start({"topsecret", 1, true, true}, "secret", "org-1", "+15550100");
    REQUIRE(eventually(
        [&] { return number(*this, "select count(*) from engine.runs where parent_run is not null") == 1; }));
    CHECK(client->signal({.workflow = WorkflowId{"secret/child"}}, another, std::string{"hushhush"}) ==
          store::SendResult::delivered);
    CHECK(result(run) == "topsecrethushhush");
    CHECK_FALSE(stored_anywhere("topsecret"));
    CHECK_FALSE(stored_anywhere("hushhush"));
    CHECK_FALSE(stored_anywhere("15550100"));
    CHECK(number(*this, "select count(*) from engine.payload_keys") == 1);
    must_hold();
}

TEST_CASE_FIXTURE(Post, "who a run is about is not stored when nothing is encrypted") {
    store::StartRequest request;
    request.workflow = WorkflowId{"about"};
    request.type = "deliver";
    request.input = encode(Letter{"hello"});
    request.person = "+15550100";
    request.run = client->new_run_id();
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    static_cast<void>(client->start_many(tx, std::array{request}));
    tx.commit();
    CHECK_FALSE(stored_anywhere("15550100"));
    CHECK_FALSE(stored_anywhere("subject"));
}

TEST_CASE_FIXTURE(EncryptedPost, "of many starts each gets the key of its person") {
    std::array<store::StartRequest, 2> requests;
    for (store::StartRequest& request : requests) {
        request.type = "deliver";
        request.input = encode(Letter{"hello"});
        request.run = client->new_run_id();
        request.workflow = WorkflowId{request.run.value.to_string()};
        request.person = request.run.value.to_string();
    }
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    static_cast<void>(client->start_many(tx, requests));
    tx.commit();
    CHECK(number(*this, "select count(distinct subject) from engine.payload_keys where subject <> ''") == 2);
    CHECK_FALSE(stored_anywhere("hello"));
}

TEST_CASE_FIXTURE(EncryptedPost, "who erases a person erases that person's runs and nobody else's") {
    const auto worker = start_worker();
    const std::string text = noise(100'000);
    const RunId hers = start({text}, "hers", "org-1", "alice");
    const RunId his = start({text}, "his", "org-1", "bob");
    CHECK(result(hers) == text);
    CHECK(result(his) == text);
    const auto erased = erase(*this, std::nullopt, {"alice"});
    CHECK(erased.keys == 1);
    CHECK(erased.stored > 0);

    const auto later = new_client();
    CHECK(later->result(deliver, {.run = his}, 60s) == text);
    const auto history = later->history(hers);
    REQUIRE(history.size() > 1);
    CHECK(std::get<history::WorkflowStarted>(history.front().arrived.front()).input.json.find("erased") !=
          std::string::npos);
    const auto seen = later->inspect(workflows, hers);
    REQUIRE(seen.blocked);
    CHECK(seen.blocked->reason == "a large payload was erased");
    CHECK_THROWS_AS(static_cast<void>(later->query(workflows, {.run = hers}, "any", Payload{})),
                    client::QueryRefused);
    must_hold();
}

TEST_CASE_FIXTURE(EncryptedPost, "an erased organization goes on under a new key") {
    const auto worker = start_worker();
    CHECK(result(start({"before"}, "before", "org-1", "alice")) == "before");
    CHECK(result(start({"other"}, "other", "org-2")) == "other");
    CHECK(erase(*this, "org-1", {}).keys == 1);
    client = new_client();
    const RunId after = start({"after"}, "after", "org-1", "alice");
    CHECK(client->describe({.run = after}).has_value());
    CHECK(number(*this, "select count(*) from engine.payload_keys where wrapped is null") == 1);
    CHECK(number(*this,
                 "select count(*) from engine.payload_keys where tenant = 'org-1' and wrapped is not null") ==
          1);
    must_hold();
}

TEST_CASE_FIXTURE(EncryptedPost, "an open run whose start was erased is blocked and says why; others go on") {
    {
        const auto worker = start_worker();
        const RunId run = start({"waiting", 1, true}, "waiting", "org-1");
        REQUIRE(eventually([&] {
            return !client->inspect(workflows, run).stack.empty() &&
                   client->inspect(workflows, run).pending.empty();
        }));
    }
    CHECK(erase(*this, "org-1", {}).keys == 1);
    client = new_client();
    const auto worker = start_worker();
    CHECK(client->signal({.workflow = WorkflowId{"waiting"}}, another, std::string{"x"}) ==
          store::SendResult::delivered);
    const store::RunRef waiting{.workflow = WorkflowId{"waiting"}};
    REQUIRE(eventually([&] { return client->describe(waiting)->blocked.has_value(); }));
    CHECK(client->describe(waiting)->blocked->reason == "a payload was erased: its key is destroyed");
    CHECK(result(start({"fine"}, "fine", "org-2")) == "fine");
}

TEST_CASE_FIXTURE(EncryptedPost, "without the master key nothing opens, and everything says so") {
    const auto worker = start_worker();
    const RunId run = start({"topsecret"}, "locked", "org-1");
    CHECK(result(run) == "topsecret");
    settings.keys.reset();
    const auto stranger = new_client();
    CHECK(history::export_json(run, stranger->history(run)).find("topsecret") == std::string::npos);
    CHECK(stranger->inspect(workflows, run).blocked->reason.find("no payload keys are configured") !=
          std::string::npos);
}

TEST_CASE_FIXTURE(
    Post, "an activity's result above the limit fails the activity for good, by name, size and call site") {
    const auto worker = start_worker();
    const RunId run = start({noise(300'000), 8}, "too-much");
    const auto ended = client->wait_result({.run = run}, 60s);
    REQUIRE(ended.failure);
    CHECK(ended.failure->to_string().find("PayloadTooLarge") != std::string::npos);
    const std::string text = ended.failure->to_string();
    CHECK(text.find("the result of activity copy, scheduled at payloads/post.cpp:") != std::string::npos);
    CHECK(text.find("has 2.3 MiB of JSON; 2.0 MiB are allowed") != std::string::npos);
    must_hold();
}

TEST_CASE_FIXTURE(Post, "an input above the limit is refused at the call, and nothing is started") {
    try {
        static_cast<void>(start({std::string(3'000'000, 'x')}, "refused"));
        FAIL("accepted");
    } catch (const store::PayloadTooLarge& error) {
        const std::string text = error.what();
        CHECK(text.starts_with("the input of workflow deliver at payloads/post.cpp:"));
        CHECK(text.ends_with(" has 2.9 MiB of JSON; a payload may have 2.0 MiB"));
    }
    CHECK(number(*this, "select count(*) from engine.runs") == 0);
}

TEST_CASE_FIXTURE(Post, "a command's payload above the limit blocks the run at its source line") {
    settings.limits = {.warn = 10'000, .error = 20'000};
    {
        // The client's own limit is another one here: the start itself must get through.
        const payloads::Settings strict = settings;
        settings.limits = {};
        client = new_client();
        settings = strict;
    }
    const auto worker = start_worker();
    const RunId run = start({noise(30'000)}, "blocked");
    REQUIRE(eventually([&] { return client->describe({.run = run})->blocked.has_value(); }));
    const std::string reason = client->describe({.run = run})->blocked->reason;
    CHECK(reason.find("the input of activity copy at ") != std::string::npos);
    CHECK(reason.find("post.cpp:") != std::string::npos);
    CHECK(reason.find("29 KiB of JSON; 20 KiB are allowed") != std::string::npos);
}

TEST_CASE_FIXTURE(Post, "what no run uses is swept after a day, what one uses is not") {
    {
        const auto worker = start_worker();
        CHECK(result(start({noise(50'000)}, "kept")).size() == 50'000);
    }
    database.execute(
        "insert into engine.payloads values (sha256('lost'), null, 'lost', engine.now() - interval '2 days'),"
        "(sha256('new'), null, 'new', engine.now())");
    database.execute(
        "update engine.payloads set touched_at = engine.now() - interval '2 days' where bytes <> 'new'");
    const int all = number(*this, "select count(*) from engine.payloads");
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    CHECK(store::sweep_payloads(tx) == 1);
    tx.commit();
    CHECK(number(*this, "select count(*) from engine.payloads") == all - 1);
    must_hold();
}
