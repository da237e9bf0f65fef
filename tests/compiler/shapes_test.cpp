// The coroutine shapes that a workflow author writes without thinking. Each must give the right value and
// destroy exactly what it made, at every optimisation level and under the sanitizers. The numbers C1 to C9
// name the families that g++ 12 gets wrong.

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>

#include "tests/compiler/probe.hpp"

namespace durable::compiler {
namespace {

/// Runs a shape to its end; its result, with the promise that nothing it made is left.
template <class T>
T run(Task<T> (*shape)()) {
    Counted::alive() = 0;
    std::optional<T> result;
    {
        Loop loop;
        Task<T> task = shape();
        task.start(loop);
        drain(loop);
        REQUIRE(task.done());
        result.emplace(task.await_resume());
    }
    CHECK(Counted::alive() == 0);
    return std::move(*result);
}

/// Runs a shape until it is suspended for good, then destroys it there.
template <class T>
void destroy_suspended(Task<T> (*shape)()) {
    Counted::alive() = 0;
    {
        Loop loop;
        Task<T> task = shape();
        task.start(loop);
        drain(loop);
        CHECK_FALSE(task.done());
    }
    CHECK(Counted::alive() == 0);
}

// --- C1: a struct with strings, built inside the awaiting expression -------------------------------------

Task<std::string> named_braces_by_value() {
    const std::string a = text('a');
    Input got = co_await by_value(Input{.to = a, .body = text('b'), .counted = {}});
    co_return got.to + got.body;
}
Task<std::string> bare_braces_by_reference() {
    const std::string a = text('a');
    Input got = co_await by_reference(Input{a, text('b'), {}});
    co_return got.to + got.body;
}
Task<std::string> braces_without_a_name() {
    Input got = co_await by_value<Input>({text('a'), text('b'), {}});
    co_return got.to + got.body;
}
Task<std::string> by_rvalue_reference() {
    Input got = co_await by_rvalue(Input{text('a'), text('b'), {}});
    co_return got.to + got.body;
}
Task<std::string> empty_braces() {
    Input got = co_await by_value(Input{});
    co_return got.to + text('a') + text('b');
}
Task<std::string> a_class_with_a_constructor() {
    Made got = co_await by_value(Made(text('a'), text('b')));
    co_return got.joined;
}
Task<std::string> an_id_of_one_string() {
    TextId got = co_await by_value(TextId{text('a')});
    co_return got.value + text('b');
}

TEST_CASE("C1: structs with strings may be built inside the awaiting expression") {
    const std::string expected = text('a') + text('b');
    CHECK(run(named_braces_by_value) == expected);
    CHECK(run(bare_braces_by_reference) == expected);
    CHECK(run(braces_without_a_name) == expected);
    CHECK(run(by_rvalue_reference) == expected);
    CHECK(run(empty_braces) == expected);
    CHECK(run(a_class_with_a_constructor) == expected);
    CHECK(run(an_id_of_one_string) == expected);
}

// --- C2: callables with captures, made inside the awaiting expression ------------------------------------

Task<std::string> lambda_with_a_string() {
    const std::string a = text('a');
    auto got = co_await by_value([a, counted = Counted{}] { return a; });
    co_return got();
}
Task<std::string> lambda_as_function() {
    auto got =
        co_await by_value(std::function<std::string()>([a = text('a'), counted = Counted{}] { return a; }));
    co_return got();
}

TEST_CASE("C2: callables with captures may be made inside the awaiting expression") {
    CHECK(run(lambda_with_a_string) == text('a'));
    CHECK(run(lambda_as_function) == text('a'));
}

// --- C3: braced lists ------------------------------------------------------------------------------------

Task<std::size_t> list_for_a_vector() {
    auto got = co_await by_value<std::vector<std::string>>({text('a'), text('b')});
    co_return got.size() + got[1].size();
}
Task<std::size_t> list_for_a_map() {
    auto got =
        co_await by_value<std::map<std::string, Input>>({{"a", {text('a'), text('b'), {}}}, {"b", {}}});
    co_return got.size() + got.at("a").to.size();
}
Task<std::size_t> list_inside_a_struct() {
    struct Mail {
        std::vector<std::string> to;
        Counted counted;
    };
    Mail got = co_await by_value(Mail{.to = {text('a'), text('b')}, .counted = {}});
    co_return got.to.size() + got.to[1].size();
}

TEST_CASE("C3: braced lists may stand inside the awaiting expression") {
    CHECK(run(list_for_a_vector) == 42);
    CHECK(run(list_for_a_map) == 42);
    CHECK(run(list_inside_a_struct) == 42);
}

// --- C4: the conditional operator ------------------------------------------------------------------------

Task<std::string> conditional_temporary() {
    const bool first = co_await by_value(true);
    Input got = co_await by_value(first ? Input{text('a'), {}, {}} : Input{text('b'), {}, {}});
    TextId id = co_await by_value(TextId{first ? text('c') : std::string{}});
    co_return got.to + id.value;
}
Task<std::string> conditional_awaits() {
    const bool first = co_await by_value(false);
    const std::string got = first ? co_await by_value(text('a')) : co_await by_value(text('b'));
    co_return got;
}

TEST_CASE("C4: ?: may yield temporaries inside the awaiting expression, and may choose between awaits") {
    CHECK(run(conditional_temporary) == text('a') + text('c'));
    CHECK(run(conditional_awaits) == text('b'));
}

// --- C5: awaits in conditions ----------------------------------------------------------------------------

Task<int> await_in_if() {
    if (co_await by_value(true)) co_return 1;
    co_return 0;
}
Task<int> await_in_switch() {
    switch (co_await by_value(2)) {
        case 1:
            co_return 10;
        case 2:
            co_return 20;
        default:
            co_return 0;
    }
}
Task<int> await_in_if_with_initialiser() {
    if (const Input got = co_await by_value(Input{text('a'), {}, {}}); got.to == text('a')) co_return 1;
    co_return 0;
}
Task<int> await_in_loops() {
    int sum = 0;
    while (co_await by_value(sum < 5)) ++sum;
    for (int i = 0; i < co_await by_value(3); ++i) sum += co_await by_value(i);
    for (const std::string& each : co_await by_value(std::vector<std::string>{text('a'), text('b')})) {
        co_await Yield{};
        sum += static_cast<int>(each.size());
    }
    co_return sum;
}
Task<int> await_in_logic() {
    const bool both = co_await by_value(true) && co_await by_value(TextId{text('a')}.value.size() == 40);
    const bool either = co_await by_value(false) || co_await by_value(true);
    co_return both&& either ? 1 : 0;
}

TEST_CASE("C5: awaits may stand in if, switch, loops and logic") {
    CHECK(run(await_in_if) == 1);
    CHECK(run(await_in_switch) == 20);
    CHECK(run(await_in_if_with_initialiser) == 1);
    CHECK(run(await_in_logic) == 1);
}

// A range-for over a temporary of an awaiting expression keeps it alive in C++20 only as a whole, as here.
TEST_CASE("C5: awaits may stand in every part of a loop") {
    CHECK(run(await_in_loops) == 5 + 3 + 80);
}

// --- C6: aggregates initialised from awaits --------------------------------------------------------------

Task<std::string> aggregate_from_awaits() {
    Output out{.first = co_await by_value(text('a')), .second = co_await by_value(text('b')), .counted = {}};
    co_return out.first + out.second;
}
Task<Output> returned_aggregate() {
    co_return Output{
        .first = co_await by_value(text('a')), .second = co_await by_value(text('b')), .counted = {}};
}
Task<std::string> through_a_returned_aggregate() {
    Output out = co_await returned_aggregate();
    co_return out.first + out.second;
}
Task<std::string> awaits_as_arguments() {
    const auto join = [](std::string a, const std::string& b) { return std::move(a) + b; };
    co_return join(co_await by_value(text('a')), co_await by_value(text('b')));
}
Task<std::string> structured_bindings() {
    auto [a, b] = co_await by_value(std::pair{text('a'), text('b')});
    co_await Yield{};
    co_return a + b;
}

TEST_CASE("C6: aggregates, arguments and bindings may be initialised from awaits") {
    const std::string expected = text('a') + text('b');
    CHECK(run(aggregate_from_awaits) == expected);
    CHECK(run(through_a_returned_aggregate) == expected);
    CHECK(run(awaits_as_arguments) == expected);
    CHECK(run(structured_bindings) == expected);
}

// --- C7: frames destroyed while suspended, exceptions through awaits -------------------------------------

/// Holds what it was given while it waits for ever.
struct Stuck {
    Input input;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    int await_resume() const noexcept { return 0; }
};
Stuck stuck(Input input) {
    return Stuck{std::move(input)};
}

Task<int> suspended_with_temporaries() {
    co_return co_await stuck(Input{text('a'), text('b'), {}});
}
Task<int> suspended_inside_a_child() {
    const Input mine{text('a'), text('b'), {}};
    co_return co_await suspended_with_temporaries() + static_cast<int>(mine.to.size());
}
Task<Output> suspended_half_way_through_an_aggregate() {
    co_return Output{.first = co_await by_value(text('a')),
                     .second = std::to_string(co_await stuck(Input{text('b'), {}, {}})),
                     .counted = {}};
}
Task<int> never_started_child() {
    const auto child = suspended_with_temporaries();
    co_await Never{};
    co_return child.done() ? 1 : 0;
}

TEST_CASE("C7: a frame that is destroyed while it waits destroys what it holds, once") {
    destroy_suspended(suspended_with_temporaries);
    destroy_suspended(suspended_inside_a_child);
    destroy_suspended(suspended_half_way_through_an_aggregate);
    destroy_suspended(never_started_child);
}

Call<Input> refuse(const Input& input) {
    throw std::runtime_error(input.to);
}

struct Throws {
    Input input;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) const {
        waiting.promise().loop->push_back(waiting);
    }
    int await_resume() const { throw std::runtime_error(input.to); }
};

Task<int> throws_before_it_waits() {
    co_await refuse(Input{text('a'), text('b'), {}});
    co_return 0;
}
Task<int> throws_after_it_waited() {
    const Counted local;
    co_return co_await Throws{Input{text('a'), text('b'), {}}};
}
template <Task<int> (*throwing)()>
Task<std::string> catches() {
    const Counted local;
    std::string caught;
    try {
        co_await throwing();
    } catch (const std::runtime_error& error) {
        caught = error.what();
    }
    co_await Yield{};
    co_return caught;
}

TEST_CASE("C7: exceptions pass through awaits and destroy what they leave, once") {
    CHECK(run(catches<throws_before_it_waits>) == text('a'));
    CHECK(run(catches<throws_after_it_waited>) == text('a'));
}

// --- C8: many children -----------------------------------------------------------------------------------

Task<int> one(Input input) {
    co_return input.to.empty() ? 0 : 1;
}
Task<int> two_million_children() {
    int sum = 0;
    for (int i = 0; i < 2'000'000; ++i) sum += co_await one(Input{"x", {}, {}});
    co_return sum;
}
Task<int> descend(int depth) {
    const Counted local;
    if (depth == 0) co_return 0;
    co_return 1 + co_await descend(depth - 1);
}
Task<int> ten_thousand_deep() {
    co_return co_await descend(10'000);
}

TEST_CASE("C8: two million children in a row, and ten thousand within each other, do not grow the stack") {
    CHECK(run(two_million_children) == 2'000'000);
    CHECK(run(ten_thousand_deep) == 10'000);
}

// --- C9: the rules of the language that remain -----------------------------------------------------------

Task<std::string> lambda_without_captures() {
    const auto step = [](std::string a, Counted) -> Task<std::string> {
        co_await Yield{};
        co_return a + text('b');
    };
    co_return co_await step(text('a'), {});
}
Task<std::string> parameters_by_value(std::string a) {
    co_await Yield{};
    co_return a + text('b');
}
Task<std::string> temporaries_for_parameters() {
    co_return co_await parameters_by_value(text('a'));
}

TEST_CASE(
    "C9: coroutine lambdas without captures, and parameters by value, outlive their caller's temporaries") {
    CHECK(run(lambda_without_captures) == text('a') + text('b'));
    CHECK(run(temporaries_for_parameters) == text('a') + text('b'));
}

}  // namespace
}  // namespace durable::compiler
