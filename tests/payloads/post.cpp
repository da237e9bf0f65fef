#include "tests/payloads/post.hpp"

#include "tests/support/invariants.hpp"

namespace durable::test {
namespace {

constexpr Activity<Letter, std::string> copy{"copy", {.start_to_close = 60s, .maximum_attempts = 2}};
constexpr Activity<Letter, std::string> stamp{"stamp", {.start_to_close = 60s, .maximum_attempts = 2}};
constexpr Activity<Letter, std::string> file{"file", {.start_to_close = 60s, .maximum_attempts = 2}};

std::string copied(const Letter& letter) {
    std::string text;
    for (int i = 0; i < letter.copies; ++i) text += letter.text;
    return text;
}

Task<std::string> deliver_letter(Workflow& wf, Letter letter) {
    if (letter.by_child) {
        letter.by_child = false;
        co_return co_await wf.child(deliver, letter,
                                    {.workflow = WorkflowId{wf.info().workflow.value + "/child"}});
    }
    std::string text = co_await wf.run(copy, letter);
    ActivityOptions in_line = stamp.options();
    in_line.priority = 2;  // so that it has a row
    text = co_await wf.run(stamp, {text}, in_line);
    text = co_await wf.run(file, {text});
    if (letter.waits) text += co_await wf.signals(another).receive();
    co_return text;
}

}  // namespace

Post::Post(bool encrypted) {
    if (encrypted) {
        settings.keys = std::make_shared<const payloads::MasterKeys>(
            "m1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "TEST_KEYS");
    }
    workflows.add(deliver, deliver_letter);
    const auto answer = [](ActivityContext&, Letter letter) -> boost::asio::awaitable<std::string> {
        co_return copied(letter);
    };
    activities.async(copy, answer);
    activities.async(stamp, answer);
    activities.transactional(
        file, [](TransactionalContext&, pqxx::work&, const Letter& letter) { return copied(letter); });
    client = new_client();
}

std::unique_ptr<client::Client> Post::new_client() const {
    client::ClientOptions options;
    options.connection_string = database.url();
    options.payloads = settings;
    return std::make_unique<client::Client>(options);
}

std::unique_ptr<worker::Worker> Post::start_worker() {
    worker::WorkerOptions options;
    options.connection_string = database.url();
    options.name = "post";
    options.build = "test-1";
    options.payloads = settings;
    options.sweep_every = 100ms;
    auto made = std::make_unique<worker::Worker>(std::move(options), workflows, activities);
    made->start();
    REQUIRE(eventually([&] { return made->registered(); }));
    return made;
}

RunId Post::start(const Letter& letter, const std::string& id, const std::string& tenant,
                  const std::string& subject) {
    client::StartOptions options;
    options.workflow = WorkflowId{id};
    options.tenant = Tenant{tenant};
    options.subject = subject;
    return client->start(deliver, letter, options).run;
}

std::string Post::result(RunId run) {
    return client->result(deliver, {.run = run}, 60s);
}

bool Post::stored_anywhere(const std::string& text) const {
    const std::string sql =
        "select count(*) from ("
        " select activation as b from engine.history union all select event from engine.inbox union all"
        " select task from engine.activities union all select bytes from engine.payloads) r"
        " where position('" +
        text + "'::bytea in b) > 0";
    return database.value(sql) != "0";
}

void Post::must_hold() const {
    pqxx::connection connection{database.url()};
    ::test::check_invariants(connection);
}

}  // namespace durable::test
