// A project of its own: nothing of this tree but what is installed. Exit code 0: the invoice was paid once reminded.

#include <cstdlib>
#include <iostream>
#include <string>

#include "engine/testing/testing.hpp"
#include "engine/workflow/workflow.hpp"

using namespace std::chrono_literals;

inline constexpr durable::Activity<std::string, std::string> remind{"remind", {.start_to_close = 10s}};
inline constexpr durable::WorkflowType<std::string, std::string> invoice{"invoice"};

durable::Task<std::string> collect(durable::Workflow& wf, std::string customer) {
    co_await wf.sleep(24h * 30);
    co_return co_await wf.run(remind, customer);
}

int main() {
    durable::testing::TestEnvironment env;
    env.add(invoice, collect);
    auto reminders = env.fake(remind, [](const std::string& customer) { return "reminded " + customer; });

    const auto run = env.start(invoice, "c-1", "invoice-1");
    const std::string result = env.result(invoice, run);
    std::cout << result << ", " << reminders.effects() << " effect\n";
    return result == "reminded c-1" && reminders.effects() == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
