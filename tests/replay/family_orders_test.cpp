// News of children in every order that errands, repetitions and cancellations can give.

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

Task<std::string> child_in_words(Workflow& wf, std::string name, CancellationType type) {
    const auto start = co_await wf.attempt(wf.start_child(painter, {name, 1}, named(name, type)));
    if (!start.ok()) co_return start.canceled() ? "-" : "x";
    const auto end = co_await wf.attempt(start.value());
    co_return end.ok() ? end.value().text : end.canceled() ? "-" : "x";
}

Task<std::string> household(Workflow& wf, Nothing) {
    auto scope = wf.scope();
    const auto [a, b, c] =
        co_await wf.all(child_in_words(wf, "a", CancellationType::wait_cancelled),
                        wf.any(child_in_words(wf, "b", CancellationType::try_cancel), wf.sleep(1h)),
                        scope.run(wf.attempt(wf.child(painter, {"c", 1}, named("c")))));
    const auto d = co_await wf.attempt(
        wf.any(child_in_words(wf, "d", CancellationType::abandon), wf.signals(numbers).receive()));
    const std::string e = co_await wf.shielded(child_in_words(wf, "e", CancellationType::wait_cancelled));
    co_return a + std::to_string(b.index) + (c.ok() ? "c" : "-") + (d.ok() ? "d" : "-") + e;
}

/// One piece of news, perhaps of a child that has closed already, perhaps for the second time.
history::Event some_news(Random& random, const std::vector<history::ChildInitiated>& children,
                         const std::vector<int>& ids) {
    const auto which = static_cast<std::size_t>(random.uniform(0, std::ssize(children) - 1));
    const EventId id{ids[which]};
    const RunId run = children[which].run;
    Failure failure{.kind = FailureKind::child, .activity = "painter"};
    failure.cause = std::make_shared<const Failure>(
        Failure{.kind = random.uniform(0, 1) == 0 ? FailureKind::canceled : FailureKind::terminated});
    switch (random.uniform(0, 7)) {
        case 0:
        case 1:
        case 2:
            return history::ChildStarted{id, run};
        case 3:
        case 4:
            return history::ChildCompleted{id, encode(Done{"o"}), run};
        case 5:
            return history::ChildFailed{id, failure, run};
        case 6:
            return replay::id_taken(id, run);
        default:
            return Script::signal("numbers", 1);
    }
}

/// The children that a history tells of, and the events that initiated them.
void collect(const history::History& history, std::vector<history::ChildInitiated>& children,
             std::vector<int>& ids) {
    children.clear();
    ids.clear();
    for (const history::Activation& activation : history) {
        int id = activation.first_event.value + static_cast<int>(activation.arrived.size());
        for (const history::Event& command : activation.commands) {
            const auto* child = std::get_if<history::ChildInitiated>(&command);
            if (child != nullptr) children.push_back(*child);
            if (child != nullptr) ids.push_back(id);
            ++id;
        }
    }
}

void end_everything(Script& script) {
    for (int round = 0; round < 10 && script.status() == replay::RunStatus::running; ++round) {
        std::vector<history::Event> news{Script::signal("numbers", 1)};
        for (const replay::PendingChild& child : script.execution().pending_children()) {
            news.emplace_back(
                history::ChildCompleted{child.initiated, encode(Done{"o"}), child.command->run});
        }
        script.feed_all(std::move(news));
        if (script.status() == replay::RunStatus::running) script.wait(1h);
    }
}

TEST_CASE("no order of news, repetitions and cancellation blocks a parent or leaves it waiting") {
    int canceled = 0;
    for (std::uint8_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        Uuid from;
        from.bytes[0] = seed;
        Random random{from};
        Script script{household};
        script.feed();
        std::vector<history::ChildInitiated> children;
        std::vector<int> ids;
        bool asked_to_stop = false;
        for (int step = 0; step < 12 && script.status() == replay::RunStatus::running; ++step) {
            collect(script.history(), children, ids);
            std::vector<history::Event> news;
            for (std::int64_t i = random.uniform(1, 3); i > 0; --i) {
                news.push_back(some_news(random, children, ids));
            }
            if (random.uniform(0, 15) == 0) {
                news.emplace_back(Script::cancel("enough"));
                asked_to_stop = true;
            }
            script.feed_all(std::move(news));
            if (script.status() == replay::RunStatus::running && random.uniform(0, 9) == 0) script.wait(1h);
        }
        if (script.status() == replay::RunStatus::running) end_everything(script);
        const bool ended_canceled = script.status() == replay::RunStatus::canceled;
        CHECK((script.status() == replay::RunStatus::completed || (asked_to_stop && ended_canceled)));
        if (ended_canceled) ++canceled;
    }
    CHECK(canceled > 0);
}

}  // namespace
}  // namespace durable::test
