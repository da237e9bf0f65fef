#pragma once
// A database that the commands under test work on, and a worker that does what the test has registered.

#include <optional>
#include <string>
#include <utility>

#include "engine/worker/worker.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {

struct Workplace {
    /// Once everything is registered.
    void start_worker(const std::string& name) {
        durable::worker::WorkerOptions options;
        options.connection_string = database.url();
        options.name = name;
        worker.emplace(std::move(options), workflows, activities);
        worker->start();
    }

    Database database;
    Variable url{"DATABASE_URL", database.url()};
    durable::WorkflowRegistry workflows;
    durable::worker::ActivityRegistry activities;
    std::optional<durable::worker::Worker> worker;
};

}  // namespace test
