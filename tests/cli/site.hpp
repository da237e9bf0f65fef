#pragma once
// A database with runs in it, and no worker: what workers would do to batch jobs is done when the test says so.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/store/batch_store.hpp"
#include "engine/workflow/registry.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {

struct Site {
    Database database;
    Variable url{"DATABASE_URL", database.url()};

    std::string start(const std::string& id, const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"workflow", "start", "call-processing", "--id", id, "-i", "{}",
                                           "-o",       "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto printed = callflex(arguments);
        INFO(printed.err);
        REQUIRE(printed.code == 0);
        return printed.json().at("run_id");
    }
    /// What workers would do.
    void work_off() {
        const durable::WorkflowRegistry workflows;
        durable::store::BatchStore store{database.url(), workflows};
        while (store.wait()) {
            if (!store.take_page()) database.advance(std::chrono::seconds{1});
        }
    }
};

}  // namespace test
