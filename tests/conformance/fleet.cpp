#include "tests/conformance/fleet.hpp"

#include <thread>

#include "tests/support/invariants.hpp"

namespace conformance {

using durable::RunId;
using durable::worker::Worker;

std::unique_ptr<Worker> Fleet::worker(const std::string& build, const durable::WorkflowRegistry& workflows,
                                      const std::function<void(durable::worker::WorkerOptions&)>& change,
                                      const std::shared_ptr<prometheus::Registry>& metrics) {
    durable::worker::WorkerOptions options = durable::testing::quick_options(database.url());
    options.name = "worker of " + build;
    options.build = build;
    if (change) change(options);
    auto worker = std::make_unique<Worker>(std::move(options), workflows, activities, metrics);
    worker->start();
    until([&] { return worker->registered(); });
    return worker;
}

void Fleet::retire(std::unique_ptr<Worker> worker) {
    worker->stop(std::chrono::seconds{60});
    worker->wait();
}

void Fleet::until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up) FAIL("what the test waits for does not come");
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

void Fleet::until_turns(RunId run, std::size_t turns) {
    until([&] { return builds_of(run).size() >= turns; });
}
void Fleet::until_blocked(RunId run) {
    until([&] { return client.describe({.run = run})->blocked.has_value(); });
}
void Fleet::advance(durable::Duration time) {
    database.advance_to(database.look().now + time);
}

std::vector<std::string> Fleet::builds_of(RunId run) {
    std::vector<std::string> builds;
    for (const auto& activation : client.history(run, durable::EventId{2}))
        builds.push_back(activation.build);
    return builds;
}
std::int64_t Fleet::number(const std::string& sql) {
    pqxx::nontransaction reader{database.owner()};
    return reader.exec1(sql)[0].as<std::int64_t>();
}
void Fleet::must_be_sound() {
    ::test::check_invariants(database.owner());
}

}  // namespace conformance
