#include "tests/faults/database/tallies.hpp"

#include <fmt/format.h>

#include "tests/faults/worker/tally.hpp"

namespace test {

using namespace std::chrono_literals;

namespace {

durable::client::RunRef by_id(const std::string& id) {
    durable::client::RunRef ref;
    ref.workflow = durable::WorkflowId{id};
    return ref;
}

}  // namespace

TallyCaller::TallyCaller(const std::string& url, const std::string& name, Acknowledgements& acknowledged)
    : client_({.connection_string = url, .patience = 1s}),
      name_(name),
      acknowledged_(acknowledged),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

TallyCaller::~TallyCaller() {
    stop();
}

std::vector<std::string> TallyCaller::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return complete_;
}

void TallyCaller::run(const std::stop_token& stop) {
    for (int number = 1; !stop.stop_requested(); ++number) one_tally(fmt::format("{}-{}", name_, number));
}

void TallyCaller::one_tally(const std::string& id) {
    until_done(id + " start", [&] {
        durable::client::StartOptions options;
        options.workflow = durable::WorkflowId{id};
        options.request_id = id;
        client_.start(tally, marks, options);
    });
    for (int mark = 1; mark <= marks; ++mark) {
        const std::string request = fmt::format("{} mark {}", id, mark);
        until_done(request, [&] { client_.signal(by_id(id), tally_mark, mark, request); });
    }
    complete_.push_back(id);
}

void TallyCaller::until_done(const std::string& what, const std::function<void()>& verb) {
    const auto give_up = std::chrono::steady_clock::now() + FragileWorld::patience;
    while (true) {
        try {
            verb();
            return acknowledged_.add(what);
        } catch (const durable::store::StoreUnavailable&) {
            ++given_up_;
            if (std::chrono::steady_clock::now() > give_up) throw;
        } catch (const pqxx::sql_error& error) {
            // The disk is full.
            if (!error.sqlstate().starts_with("53")) throw;
            ++given_up_;
        }
    }
}

std::vector<std::string> wrong_tallies(const FragileWorld& world, const std::vector<std::string>& ids) {
    durable::client::Client client{{.connection_string = world.url()}};
    std::vector<std::string> wrong;
    for (const std::string& id : ids) {
        const int sum = client.result(tally, by_id(id), FragileWorld::patience);
        constexpr int right = TallyCaller::marks * (TallyCaller::marks + 1) / 2;
        if (sum != right) wrong.push_back(fmt::format("{}: {}", id, sum));
    }
    return wrong;
}

}  // namespace test
