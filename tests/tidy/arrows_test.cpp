// Who may know whom. The arrows of the architecture, as a table; an include against them fails here, and
// usually does not link either, since each room is a target of its own.

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "tests/tidy/source_tree.hpp"

namespace {

/// Room -> the folders whose headers it may include. The most special folder decides which rule holds for a
/// file.
const std::map<std::string, std::vector<std::string>> arrows = {
    {"engine/workflow", {"engine/workflow/"}},
    {"engine/replay", {"engine/workflow/", "engine/replay/"}},
    {"engine/payloads", {"engine/workflow/", "engine/replay/", "engine/payloads/"}},
    {"engine/schedule", {"engine/workflow/", "engine/schedule/"}},
    {"engine/search", {"engine/workflow/", "engine/search/"}},
    {"engine/gate", {"engine/gate/"}},
    {"engine/trap", {"engine/workflow/", "engine/replay/", "engine/trap/"}},
    {"engine/testing",
     {"engine/", "schema/", "api/cluster/", "durable_testing_sql.hpp", "durable_test_cluster_sql.hpp"}},
    {"schema", {"schema/", "schema_engine_sql.hpp", "schema_app_sql.hpp", "schema_migrator_sql.hpp"}},
    {"engine/store",
     {"engine/workflow/", "engine/replay/", "engine/payloads/", "engine/schedule/", "engine/search/",
      "engine/store/", "engine_store_sql.hpp"}},
    {"engine/client",
     {"engine/workflow/", "engine/replay/", "engine/payloads/", "engine/schedule/", "engine/search/",
      "engine/store/", "engine/client/"}},
    {"engine/deploy",
     {"engine/workflow/", "engine/replay/", "engine/trap/", "engine/store/", "engine/deploy/"}},
    {"engine/worker",
     {"engine/workflow/", "engine/replay/", "engine/payloads/", "engine/schedule/", "engine/search/",
      "engine/store/", "engine/worker/"}},
    {"workflows", {"engine/workflow/", "engine/schedule/spec.hpp", "workflows/", "activities/"}},
    {"activities",
     {"engine/workflow/", "engine/worker/activities.hpp", "engine/worker/archive_store.hpp", "activities/",
      "activities_sql.hpp"}},
    {"api/cluster", {"api/cluster/"}},
    {"api/sandbox", {"api/sandbox/", "sandbox_page.hpp"}},
    {"api", {"engine/", "workflows/", "activities/", "schema/", "api/", "api_sql.hpp", "build_id"}},
};

const std::vector<std::string>* allowed_for(const std::string& path) {
    const std::vector<std::string>* best = nullptr;
    std::size_t length = 0;
    for (const auto& [room, targets] : arrows) {
        if (path.starts_with(room + "/") && room.size() >= length) {
            best = &targets;
            length = room.size();
        }
    }
    return best;
}

bool permitted(const std::string& include, const std::vector<std::string>& targets) {
    return std::any_of(targets.begin(), targets.end(),
                       [&](const std::string& target) { return include.starts_with(target); });
}

/// Project headers reachable from a file, itself excluded.
std::set<std::string> reachable(const std::string& path) {
    std::set<std::string> seen;
    std::vector<std::string> open{path};
    while (!open.empty()) {
        const auto file = tidy::read_source(open.back());
        open.pop_back();
        for (const auto& include : tidy::project_includes(file)) {
            if (seen.insert(include).second) open.push_back(include);
        }
    }
    return seen;
}

}  // namespace

TEST_CASE("every include follows an arrow of the architecture") {
    int checked = 0;
    for (const auto& file : tidy::sources()) {
        const auto* targets = allowed_for(file.path);
        if (targets == nullptr) continue;
        for (const auto& include : tidy::project_includes(file)) {
            ++checked;
            INFO(file.path << " includes " << include);
            CHECK(permitted(include, *targets));
        }
    }
    CHECK(checked > 100);
}

TEST_CASE("an include against an arrow is noticed") {
    CHECK_FALSE(permitted("engine/store/types.hpp", *allowed_for("engine/replay/execution.cpp")));
    CHECK_FALSE(permitted("engine/client/client.hpp", *allowed_for("workflows/call_processing.cpp")));
    CHECK_FALSE(permitted("api/ingress/ingress.hpp", *allowed_for("activities/calls.cpp")));
}

TEST_CASE("what a workflow includes reaches declarations only: no Asio, no SQL, no JSON tree, no worker") {
    int checked = 0;
    for (const auto& file : tidy::sources()) {
        if (!file.below("workflows") && !file.below("engine/workflow") && !file.below("engine/replay"))
            continue;
        std::set<std::string> headers = reachable(file.path);
        headers.insert(file.path);
        for (const auto& header : headers) {
            ++checked;
            INFO(file.path << " reaches " << header);
            CHECK_FALSE(header.starts_with("engine/worker/"));
            CHECK_FALSE(header.starts_with("engine/store/"));
            for (const auto& library : tidy::system_includes(tidy::read_source(header))) {
                INFO(header << " includes <" << library << ">");
                CHECK_FALSE(library.starts_with("boost/asio"));
                CHECK_FALSE(library.starts_with("boost/beast"));
                CHECK_FALSE(library.starts_with("pqxx"));
                CHECK_FALSE(library.starts_with("nlohmann"));
                CHECK_FALSE(library.starts_with("spdlog"));
                CHECK_FALSE(library.starts_with("openssl"));
                CHECK_FALSE(library == "thread");
                CHECK_FALSE(library == "mutex");
                CHECK_FALSE(library == "random");
                CHECK_FALSE(library == "unordered_map");
                CHECK_FALSE(library == "unordered_set");
                CHECK_FALSE(library == "iostream");
                CHECK_FALSE(library == "sstream");
                CHECK_FALSE(library == "fstream");
            }
        }
    }
    CHECK(checked > 50);
}
