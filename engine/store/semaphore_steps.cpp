#include "engine/store/semaphore_steps.hpp"

#include <tuple>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

/// Semaphores that one call looks at, and requests of each that it grants at most.
constexpr std::int32_t news_max = 512;
constexpr std::int32_t grants_max = 256;

struct Requests {
    BinaryArray run{Of::uuid}, request{Of::int32}, resource{Of::text}, units{Of::int32}, capacity{Of::int32},
        tenant{Of::text}, event{Of::bytes};

    void add(const RunCommit& commit, const UnitsRequest& wanted) {
        run.add(commit.run.value);
        request.add(wanted.request.value);
        resource.add(std::string_view{wanted.resource});
        units.add(wanted.units);
        capacity.add(wanted.capacity);
        tenant.add(std::string_view{commit.tenant.value});
        const history::Event granted = history::UnitsGranted{wanted.request};
        event.add(std::string_view{history::encode_event(granted)});
    }
    void append_to(std::vector<Step>& steps) const {
        if (run.size() == 0) return;
        Params params;
        params.add(run).add(request).add(resource).add(units).add(capacity).add(tenant).add(event);
        steps.push_back({{"request_units", sql::request_units}, std::move(params)});
    }
};

struct Releases {
    BinaryArray run{Of::uuid}, request{Of::int32};

    void add(const RunCommit& commit, EventId given_back) {
        run.add(commit.run.value);
        request.add(given_back.value);
    }
    void append_to(std::vector<Step>& steps) const {
        if (run.size() == 0) return;
        Params params;
        params.add(run).add(request);
        steps.push_back({{"release_units", sql::release_units}, std::move(params)});
    }
};

}  // namespace

void append_units(std::vector<Step>& steps, const SortedCommits& commits) {
    Requests requests;
    Releases releases;
    for (const RunCommit* commit : commits) {
        // A run that ends holds nothing: its row takes its requests along.
        if (commit->next == RunCommit::Next::close) continue;
        for (const UnitsRequest& wanted : commit->units) requests.add(*commit, wanted);
        for (const EventId given_back : commit->units_back) releases.add(*commit, given_back);
    }
    requests.append_to(steps);
    releases.append_to(steps);
}

Step hold_semaphores_step(std::int64_t token) {
    Step step{{"hold_semaphores", sql::hold_semaphores}, {}};
    step.params.add(token).add(news_max);
    return step;
}

Step grant_units_step(std::int64_t token) {
    Step step{{"grant_units", sql::grant_units}, {}};
    step.params.add(token).add(grants_max);
    return step;
}

}  // namespace durable::store
