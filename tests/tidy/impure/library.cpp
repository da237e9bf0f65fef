// What a workflow must never do, the second half: what the library answers differently in another process.

#include <locale>
#include <map>
#include <sstream>
#include <unordered_map>

#include "engine/workflow/workflow.hpp"

// What is inlined has no line of its own: each forbidden call must be found at its line in optimised builds, too.
#pragma clang optimize off

namespace impure {

using durable::Nothing;
using durable::Task;
using durable::Workflow;

Task<std::string> asks_locale(Workflow&, Nothing) {
    co_return std::locale{}.name();  // locale
}
Task<std::string> uses_stream(Workflow&, Nothing) {
    std::ostringstream text;  // stream
    text << 1;
    co_return text.str();
}
Task<int> iterates_unordered(Workflow&, Nothing) {
    std::unordered_map<std::string, int> votes;
    votes["b"] = 2;  // unordered
    int sum = 0;
    for (const auto& [name, count] : votes) sum = sum * 10 + count;
    co_return sum;
}

struct Person {
    int age = 0;
};

Task<int> sorts_addresses(Workflow&, Nothing) {
    Person ann{30};
    Person bob{40};
    std::map<const Person*, int> ages;
    ages[&ann] = 1;  // pointer_key
    ages[&bob] = 2;
    co_return ages.begin()->second;
}

}  // namespace impure
