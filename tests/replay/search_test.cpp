// Search attributes, from the code's side: set, read, carried on, and refused when they are wrong.

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

using history::SearchAttributeSet;

inline constexpr SearchKey<std::string> organization{"OrganizationId"};
inline constexpr SearchKey<std::int64_t> amount_due{"AmountDue"};
inline constexpr SearchKey<std::vector<std::string>> tags{"Tags"};
inline constexpr SearchKey<double> amount_as_number{"AmountDue"};
inline constexpr SearchKey<bool> status{"Status"};

history::WorkflowStarted started_with(std::vector<SearchAttribute> attributes) {
    history::WorkflowStarted started{.type = "scripted", .workflow_id = "w-1", .queue = "default"};
    started.input = encode(Nothing{});
    started.attributes = std::move(attributes);
    return started;
}

Task<Nothing> sets_and_sleeps(Workflow& wf, Nothing) {
    wf.set_attribute(organization, "org-7");
    wf.set_attribute(tags, {"new", "vip"});
    co_await wf.sleep(1h);
    wf.clear_attribute(organization);
    co_return Nothing{};
}

TEST_CASE("a search attribute is a command with key, type, value and place") {
    Script script{sets_and_sleeps};
    script.feed();
    CHECK(script.said() == "SearchAttributeSet 2, SearchAttributeSet 3, TimerStarted 4");
    const auto& first = script.command<SearchAttributeSet>(0);
    CHECK(first.key == "OrganizationId");
    CHECK(first.type == SearchType::string);
    CHECK(first.value.json == "\"org-7\"");
    CHECK(first.source.starts_with("replay/search_test.cpp:"));
    CHECK(script.command<SearchAttributeSet>(1).value.json == R"(["new","vip"])");
    script.wait(1h);
    CHECK(script.command<SearchAttributeSet>(0).value.is_null());
}

Task<std::string> reads_what_it_has(Workflow& wf, Nothing) {
    const std::string before = wf.attribute(organization).value_or("none");
    wf.set_attribute(organization, "org-8");
    co_await wf.sleep(1s);
    wf.clear_attribute(amount_due);
    co_return before + ' ' + *wf.attribute(organization) + ' ' +
        (wf.attribute(amount_due) ? "due" : "nothing due");
}

TEST_CASE("the code reads what the run was started with, and what it has set since") {
    Script script{reads_what_it_has, started_with({organization("org-7"), amount_due(12)})};
    script.feed();
    script.wait(1s);
    CHECK(script.result<std::string>() == "org-7 org-8 nothing due");
}

Task<Nothing> goes_on(Workflow& wf, Nothing) {
    wf.set_attribute(organization, "org-8");
    wf.clear_attribute(tags);
    co_await wf.sleep(1s);
    wf.continue_as_new(Nothing{});
}

TEST_CASE("the next run of a chain is found by what the one before had at its end") {
    Script script{goes_on, started_with({organization("org-7"), amount_due(12), tags({"a"})})};
    script.feed();
    script.wait(1s);
    const auto& end = script.command<history::WorkflowContinuedAsNew>(0);
    CHECK(end.attributes == std::vector{organization("org-8"), amount_due(12)});
    const history::WorkflowStarted before = started_with({});
    const auto first = replay::first_of_next({some_run, some_run, before}, end, script.now);
    CHECK(std::get<history::WorkflowStarted>(first.arrived.front()).attributes == end.attributes);
}

Task<Nothing> with_a_found_child(Workflow& wf, Nothing) {
    ChildOptions options = named("paint-door");
    options.attributes = {organization("org-7")};
    static_cast<void>(co_await wf.child(painter, {"door", 2}, options));
    co_return Nothing{};
}

TEST_CASE("a child is started with attributes of its own") {
    Script script{with_a_found_child};
    script.feed();
    const auto& command = script.command<history::ChildInitiated>(0);
    CHECK(command.attributes == std::vector{organization("org-7")});
    const history::WorkflowStarted parent = started_with({amount_due(1)});
    const auto first = replay::first_of_child({some_run, some_run, parent}, EventId{2}, command, script.now);
    CHECK(std::get<history::WorkflowStarted>(first.arrived.front()).attributes == command.attributes);
}

Task<Nothing> sets_too_long_a_text(Workflow& wf, Nothing) {
    wf.set_attribute(organization, std::string(1001, 'x'));
    co_return Nothing{};
}
Task<Nothing> sets_a_word_of_the_language(Workflow& wf, Nothing) {
    wf.set_attribute(status, true);
    co_return Nothing{};
}
Task<Nothing> changes_a_type(Workflow& wf, Nothing) {
    wf.set_attribute(amount_due, 12);
    wf.set_attribute(amount_as_number, 12.5);
    co_return Nothing{};
}
Task<Nothing> sets_too_many(Workflow& wf, Nothing) {
    for (int i = 0; i < 65; ++i) {
        const std::string name = "Key" + std::to_string(i);
        wf.set_attribute(SearchKey<bool>{name}, true);
    }
    co_return Nothing{};
}

TEST_CASE("a wrong attribute blocks the activation, with the place and without the value") {
    const auto reason = [](auto function) { return Script{function}.feed_blocked().reason; };
    CHECK(reason(sets_too_long_a_text).find("a search value of more than 1000 bytes") != std::string::npos);
    CHECK(reason(sets_too_long_a_text).find("replay/search_test.cpp:") != std::string::npos);
    CHECK(reason(sets_too_long_a_text).find("xxx") == std::string::npos);
    CHECK(reason(sets_a_word_of_the_language).find("a word of the filter language") != std::string::npos);
    CHECK(reason(changes_a_type).find("another type than the run has given AmountDue before") !=
          std::string::npos);
    CHECK(reason(sets_too_many).find("the 65th search attribute") != std::string::npos);
}

Task<Nothing> sets_another_value(Workflow& wf, Nothing) {
    wf.set_attribute(organization, "org-9");
    wf.set_attribute(tags, {"new", "vip"});
    co_await wf.sleep(1h);
    co_return Nothing{};
}

TEST_CASE("code that sets another value than history has is noticed") {
    Script script{sets_and_sleeps};
    script.feed();
    Script other{sets_another_value};
    const auto blocked = other.execution().replay(script.history()[1]);
    REQUIRE(blocked);
    CHECK(blocked->mismatch->event == EventId{2});
    CHECK(blocked->mismatch->recorded.starts_with("SearchAttributeSet OrganizationId"));
}

}  // namespace
}  // namespace durable::test
