// Updates: requests that the code checks, takes on and answers.

#include <stdexcept>

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

using replay::UpdateVerdict;
using Kind = UpdateVerdict::Kind;

struct Basket {
    std::vector<std::string> items{};
    bool closed = false;
    bool operator==(const Basket&) const = default;
};
BOOST_DESCRIBE_STRUCT(Basket, (), (items, closed))

constexpr Update<std::string, int> add{"add"};              // validated: at most two items
constexpr Update<std::string, std::string> fetch{"fetch"};  // runs an activity
constexpr Update<int, int> twice{"twice"};                  // plain, without a validator
constexpr Update<Nothing, Nothing> close_it{"close"};
constexpr Update<Nothing, Nothing> broken{"broken"};

Task<std::string> fetch_item(Workflow& wf, Basket& basket, std::string item) {
    const Done done = co_await wf.run(work, {item, 1});
    if (done.text == "none") throw ApplicationError("SoldOut", "there is none left");
    basket.items.push_back(done.text);
    co_return done.text;
}

Task<Nothing> goes_on(Workflow& wf) {
    co_await wf.sleep(1s);
    wf.continue_as_new(Nothing{});
}

Task<std::vector<std::string>> shops(Workflow& wf, Nothing) {
    Basket& basket = wf.keep(Basket{});
    wf.on_update(
        add,
        [&basket](std::string item) {
            basket.items.push_back(std::move(item));
            return static_cast<int>(basket.items.size());
        },
        [&wf, &basket](const std::string& item) {
            if (item == "drawn") static_cast<void>(wf.random());
            if (item.empty()) throw std::invalid_argument("an item has a name");
            if (basket.items.size() >= 2) throw ApplicationError("Full", "the basket is full");
        });
    wf.on_update(fetch, [&wf, &basket](std::string item) { return fetch_item(wf, basket, std::move(item)); });
    wf.on_update(twice, [](int number) { return 2 * number; });
    wf.on_update(close_it, [&basket](const Nothing&) {
        basket.closed = true;
        return Nothing{};
    });
    wf.on_update(broken, [&wf](const Nothing&) { return goes_on(wf); });
    co_await wf.wait_until([&basket] { return basket.closed; });
    co_await wf.all_handlers_finished();
    co_return basket.items;
}

template <class Input, class Output>
history::UpdateAccepted request(const Update<Input, Output>& update, const std::type_identity_t<Input>& input,
                                const std::string& id = "u-1") {
    return {.id = id, .name = std::string{update.name}, .input = encode(input)};
}

TEST_CASE("an update is recorded as it came, and its outcome as a command of the same activation") {
    Script script{shops};
    script.feed();
    CHECK(script.said() == "CodeStarted 2");
    script.feed(request(add, "bread"));
    CHECK(script.said() == "UpdateCompleted 4");
    const auto& outcome = script.command<history::UpdateCompleted>(0);
    CHECK(outcome.accepted == EventId{3});
    CHECK(outcome.result.json == "1");
    CHECK_FALSE(outcome.failure);
    CHECK(script.history().back().arrived.front() == history::Event{request(add, "bread")});
}

TEST_CASE("a handler may wait for anything; the outcome comes in a later activation") {
    Script script{shops};
    script.feed().feed(request(fetch, "milk"));
    CHECK(script.said() == "ActivityScheduled 4");
    REQUIRE(script.execution().pending_updates().size() == 1);
    CHECK(script.execution().pending_updates().front().id == "u-1");
    script.complete(4, Done{"fresh milk"});
    CHECK(script.said() == "UpdateCompleted 6");
    CHECK(script.command<history::UpdateCompleted>(0).accepted == EventId{3});
    CHECK(script.execution().pending_updates().empty());
}

TEST_CASE("a handler's failure is the outcome, not the workflow's failure") {
    Script script{shops};
    script.feed().feed(request(fetch, "milk")).complete(4, Done{"none"});
    const auto& outcome = script.command<history::UpdateCompleted>(0);
    REQUIRE(outcome.failure);
    CHECK(outcome.failure->type == "SoldOut");
    CHECK(script.status() == replay::RunStatus::running);
}

TEST_CASE("the workflow waits for its handlers when it asks to, and is then over with the last of them") {
    Script script{shops};
    script.feed().feed(request(fetch, "milk"), request(close_it, {}, "u-2"));
    CHECK(script.said() == "UpdateCompleted 5, ActivityScheduled 6");
    CHECK(script.status() == replay::RunStatus::running);
    script.complete(6, Done{"milk"});
    CHECK(script.said() == "UpdateCompleted 8, WorkflowCompleted 9");
    CHECK(script.result<std::vector<std::string>>() == std::vector<std::string>{"milk"});
}

Task<Nothing> leaves(Workflow& wf, Nothing) {
    Basket& basket = wf.keep(Basket{});
    wf.on_update(fetch, [&wf, &basket](std::string item) { return fetch_item(wf, basket, std::move(item)); });
    static_cast<void>(co_await wf.signals(numbers).receive());
    co_return Nothing{};
}

TEST_CASE("a handler that still runs when the workflow ends is left where it stands") {
    Script script{leaves};
    script.feed().feed(request(fetch, "milk"));
    script.feed(Script::signal("numbers", 1));
    CHECK(script.said() == "WorkflowCompleted 6");
    CHECK(script.execution().pending_updates().size() == 1);
}

TEST_CASE("a cancelled run cancels its handlers; that is their outcome") {
    Script script{shops};
    script.feed().feed(request(fetch, "milk")).feed(Script::cancel("enough"));
    CHECK(script.said().starts_with("ActivityCancelRequested 6"));
    bool canceled = false;
    for (const history::Event& command : script.commands()) {
        const auto* outcome = std::get_if<history::UpdateCompleted>(&command);
        if (outcome != nullptr)
            canceled = outcome->failure && outcome->failure->kind == FailureKind::canceled;
    }
    const bool over = script.status() == replay::RunStatus::canceled;
    CHECK((canceled || over));
}

TEST_CASE("continue_as_new in a handler blocks the run: only the workflow's own coroutine goes on") {
    Script script{shops};
    script.feed().feed(request(broken, {}));
    script.now += 2s;
    const auto blocked = script.feed_blocked(history::TimerFired{EventId{4}});
    CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
    CHECK(blocked.reason.find("in the handler of update broken") != std::string::npos);
}

// --- before it is recorded -------------------------------------------------------------------------------

TEST_CASE("the validator rejects by throwing, and sees what earlier updates have done") {
    Script script{shops};
    script.feed();
    CHECK(script.execution().judge(request(add, "bread"), false).kind == Kind::accept);
    const UpdateVerdict nameless = script.execution().judge(request(add, ""), false);
    CHECK(nameless.kind == Kind::reject);
    CHECK(nameless.reason.message == "an item has a name");
    script.feed(request(add, "bread")).feed(request(add, "milk", "u-2"));
    const UpdateVerdict full = script.execution().judge(request(add, "eggs", "u-3"), false);
    CHECK(full.kind == Kind::reject);
    CHECK(full.reason.type == "Full");
}

TEST_CASE("a validator only reads: one that uses a verb rejects, and says why") {
    Script script{shops};
    script.feed();
    const UpdateVerdict drawn = script.execution().judge(request(add, "drawn"), false);
    CHECK(drawn.kind == Kind::reject);
    CHECK(drawn.reason.type == "InvalidValidator");
    CHECK(script.execution().judge(request(add, "bread"), false).kind == Kind::accept);
}

TEST_CASE(
    "what does not decode is rejected, and so is a name that nobody takes, with the list of those known") {
    Script script{shops};
    script.feed();
    const UpdateVerdict text = script.execution().judge({"u", "twice", Payload{"\"two\""}}, false);
    CHECK(text.kind == Kind::reject);
    CHECK(text.reason.type == "BadInput");
    const UpdateVerdict unknown = script.execution().judge({"u", "sell", Payload{"1"}}, false);
    CHECK(unknown.kind == Kind::reject);
    CHECK(unknown.reason.message ==
          "the workflow takes no update called \"sell\" (known: add, broken, close, fetch, twice)");
}

TEST_CASE("before the code has run, every update waits") {
    Script script{shops};
    CHECK(script.execution().judge(request(twice, 1), false).kind == Kind::later);
    CHECK(script.execution().judge({"u", "sell", Payload{"1"}}, false).kind == Kind::later);
    script.feed();
    CHECK(script.execution().judge(request(twice, 1), false).kind == Kind::accept);
}

TEST_CASE("an update whose fate depends on the state begins an activation; others may share one") {
    Script script{shops};
    script.feed();
    CHECK(script.execution().judge(request(add, "bread"), true).kind == Kind::later);
    CHECK(script.execution().judge({"u", "sell", Payload{"1"}}, true).kind == Kind::later);
    CHECK(script.execution().judge(request(twice, 1), true).kind == Kind::accept);
}

Task<int> validates_no_more(Workflow& wf, Nothing) {
    Basket& basket = wf.keep(Basket{});
    wf.on_update(
        add,
        [&basket](std::string item) {
            basket.items.push_back(std::move(item));
            return 1;
        },
        [](const std::string&) { throw ApplicationError("Never", "no longer"); });
    co_await wf.wait_until([&basket] { return !basket.items.empty(); });
    co_return 7;
}

TEST_CASE("on replay the validator is not asked: what has been accepted stays accepted") {
    Script script{validates_no_more};
    script.feed();
    CHECK(script.execution().judge(request(add, "bread"), false).kind == Kind::reject);
    // Fed all the same, as a history of an older build would: every feed is replayed by a second Execution.
    script.feed(request(add, "bread"));
    CHECK(script.result<int>() == 7);
}

Task<Nothing> takes_nothing(Workflow& wf, Nothing) {
    co_await wf.sleep(1h);
    co_return Nothing{};
}

TEST_CASE("a history with an update that the code does not take any more is a mismatch, by name") {
    Script script{takes_nothing};
    script.feed();
    const auto blocked = script.feed_blocked(request(add, "bread"));
    CHECK(blocked.kind == replay::Blocked::Kind::mismatch);
    CHECK(blocked.reason.find("update add") != std::string::npos);
}

// --- what a run takes and leaves -------------------------------------------------------------------------

Task<Nothing> listens(Workflow& wf, Nothing) {
    wf.on_update(twice, [](int number) { return 2 * number; });
    wf.on_query(Query<Nothing, int>{"size", "how much there is"}, [](const Nothing&) { return 1; });
    static_cast<void>(co_await wf.signals(approve).receive());
    co_return Nothing{};
}

TEST_CASE(
    "a run tells which signals, queries and updates it takes; signals that nobody listens to are none") {
    Script script{listens};
    script.feed(Script::signal("numbers", 1), Script::signal("numbers", 2));
    const replay::Handlers handlers = script.execution().handlers();
    CHECK(handlers.signals == std::vector<replay::Handler>{{"approve", ""}});
    CHECK(handlers.queries == std::vector<replay::Handler>{{"size", "how much there is"}});
    CHECK(handlers.updates == std::vector<replay::Handler>{{"twice", ""}});
    CHECK(script.execution().unread_signals() == 2);
}

// --- to other workflows ----------------------------------------------------------------------------------

Task<std::string> tells_others(Workflow& wf, std::string other) {
    const auto told = co_await wf.attempt(wf.signal_workflow(WorkflowId{other}, numbers, 5));
    const auto asked = co_await wf.attempt(wf.cancel_workflow(WorkflowId{other}, "enough"));
    co_return (told.ok() ? "told" : told.failure().type) + ", " +
        (asked.ok() ? "asked" : asked.failure().type);
}

TEST_CASE("a message to another workflow is a command; the wait ends with what came of it") {
    Script script{tells_others, std::string{"other"}};
    script.feed();
    CHECK(script.said() == "ExternalSignalOrdered 2");
    CHECK(script.command<history::ExternalSignalOrdered>(0).workflow_id == "other");
    CHECK(script.command<history::ExternalSignalOrdered>(0).input.json == "5");
    script.feed(history::ExternalDelivered{EventId{2}});
    CHECK(script.said() == "ExternalCancelOrdered 4");
    Failure nobody{.type = "WorkflowNotFound", .retryable = false};
    script.feed(history::ExternalFailed{EventId{4}, nobody});
    CHECK(script.result<std::string>() == "told, WorkflowNotFound");
}

TEST_CASE("news of a message are taken once") {
    Script script{tells_others, std::string{"other"}};
    script.feed();
    script.feed(history::ExternalDelivered{EventId{2}}, history::ExternalDelivered{EventId{2}});
    CHECK(script.history().back().arrived.size() == 1);
    CHECK_FALSE(script.execution().expects(history::ExternalDelivered{EventId{2}}));
}

TEST_CASE("a wait for a message's news that is cancelled ends at once; the message stays ordered") {
    Script script{tells_others, std::string{"other"}};
    script.feed().feed(Script::cancel("enough"));
    CHECK(script.status() != replay::RunStatus::running);
}

TEST_CASE("a message for a workflow without an id blocks the run, with the line") {
    Script script{tells_others, std::string{}};
    const auto blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
    CHECK(blocked.reason.find("updates_test.cpp") != std::string::npos);
}

}  // namespace
}  // namespace durable::test
