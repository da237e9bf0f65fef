#include "tests/worker/world.hpp"

#include <algorithm>
#include <thread>

#include "engine/store/id_source.hpp"
#include "tests/support/invariants.hpp"

namespace durable::test {

void Probe::count(const std::string& what) {
    const std::lock_guard lock{mutex_};
    ++counts_[what];
}

int Probe::seen(const std::string& what) const {
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
}

void Probe::set(const std::string& what, int value) {
    const std::lock_guard lock{mutex_};
    counts_[what] = value;
}

bool Probe::use_up(const std::string& what) {
    const std::lock_guard lock{mutex_};
    int& left = counts_[what];
    return left > 0 && left-- > 0;
}

void Probe::say(const std::string& what, const std::string& text) {
    const std::lock_guard lock{mutex_};
    texts_[what] = text;
}

std::string Probe::said(const std::string& what) const {
    const std::lock_guard lock{mutex_};
    const auto found = texts_.find(what);
    return found == texts_.end() ? std::string{} : found->second;
}

worker::WorkerOptions worker_options(const std::string& url, const std::string& name) {
    worker::WorkerOptions options;
    options.connection_string = url;
    options.name = name;
    options.build = "test-1";
    options.lease = 2s;
    options.sweep_every = 100ms;
    options.slots.transactional_threads = 2;
    return options;
}

std::vector<RunId> start_masses(const ::test::Database& database, std::string_view type, int count,
                                const std::string& prefix,
                                const std::function<void(int, store::StartRequest&)>& prepare) {
    constexpr int page = 1000;
    store::IdSource ids;
    std::vector<RunId> runs;
    pqxx::connection connection{database.url()};
    for (int from = 0; from < count; from += page) {
        std::vector<store::StartRequest> requests;
        for (int i = from; i < std::min(count, from + page); ++i) {
            store::StartRequest& request = requests.emplace_back();
            request.workflow = WorkflowId{prefix + "-" + std::to_string(i)};
            request.type = type;
            request.tenant = Tenant{prefix};
            request.run = ids.run_id();
            prepare(i, request);
            runs.push_back(request.run);
        }
        pqxx::work tx{connection};
        store::start(tx, requests);
        tx.commit();
    }
    return runs;
}

World::World() {
    database.execute(
        "create table public.deposits (run text not null, amount integer not null);"
        "grant all on public.deposits to public");
}

client::Client& World::client() {
    if (!client_) client_ = std::make_unique<client::Client>(client::ClientOptions{database.url(), true, 4});
    return *client_;
}

std::unique_ptr<worker::Worker> World::start_worker(
    const std::function<void(worker::WorkerOptions&)>& change) {
    worker::WorkerOptions options = worker_options(database.url());
    if (change) change(options);
    auto made = std::make_unique<worker::Worker>(std::move(options), workflows, activities);
    made->start();
    REQUIRE(eventually([&] { return made->registered(); }));
    return made;
}

replay::RunStatus World::status(RunId run) {
    const auto info = client().describe(ref(run));
    REQUIRE(info);
    return info->status;
}

void World::must_be_clean() const {
    CHECK(database.value("select count(*) from engine.live_runs") == "0");
    CHECK(database.value("select count(*) from engine.activities") == "0");
    CHECK(database.value("select count(*) from engine.inbox") == "0");
    CHECK(database.value("select count(*) from engine.blocked") == "0");
    // Errands are carried out by whoever has time: perhaps a moment after the result is there.
    CHECK(eventually([&] { return database.value("select count(*) from engine.children") == "0"; }));
    CHECK(eventually([&] { return database.value("select count(*) from engine.errands") == "0"; }));
}

void World::check_invariants() const {
    pqxx::connection connection{database.url()};
    ::test::check_invariants(connection);
}

}  // namespace durable::test
