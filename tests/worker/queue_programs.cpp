#include "tests/worker/queue_programs.hpp"

#include <algorithm>

#include "engine/store/check.hpp"
#include "engine/store/id_source.hpp"

namespace durable::test {
namespace {

Task<int> run_browser(Workflow& wf, LimitedInput input) {
    int sum = 0;
    for (int i = 0; i < input.times; ++i) sum += co_await wf.run(visit, input);
    co_return sum;
}

Task<int> run_guarded(Workflow& wf, LimitedInput input) {
    (void)co_await wf.acquire(input.key, 1, input.concurrency);
    co_return co_await run_browser(wf, input);
}

Task<int> run_renewing(Workflow& wf, int left) {
    (void)co_await wf.acquire("renewed", 1, 1);
    if (left > 0) wf.continue_as_new(left - 1);
    co_return left;
}

}  // namespace

void add_queue_workflows(WorkflowRegistry& registry) {
    registry.add(browser, run_browser);
    registry.add(guarded, run_guarded);
    registry.add(renewing, run_renewing);
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

void must_be_sound(const World& world) {
    pqxx::connection connection{world.database.url()};
    for (const store::CheckLine& line : store::check(connection)) {
        INFO(line.id << " " << line.sentence << " " << (line.examples.empty() ? "" : line.examples.front()));
        CHECK(line.violated == 0);
    }
}

}  // namespace durable::test
