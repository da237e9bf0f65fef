#pragma once
// Batch jobs as the store knows them: made in a transaction, worked off page by page, without a worker's threads.

#include <doctest/doctest.h>

#include "engine/store/batch_store.hpp"
#include "tests/store/family.hpp"

namespace test {

using namespace std::chrono_literals;

class BatchFixture : public FamilyFixture {
  public:
    WorkflowRegistry workflows;

    BatchRequest job_of(BatchVerb verb, const std::string& filter) {
        BatchRequest request;
        request.job = ids.uuid_v7();
        request.verb = verb;
        request.filter = filter;
        request.reason = "clean-up";
        request.identity = "ann";
        request.per_second = 10'000;
        return request;
    }
    std::int64_t create(const BatchRequest& request) {
        return in_transaction([&](auto& tx) { return create_batch(tx, request); });
    }
    BatchJob find(const Uuid& job) {
        return in_transaction([&](auto& tx) { return find_batch(tx, job).value(); });
    }
    /// Takes pages, whatever the rate allows, until the job is over.
    BatchJob finish(BatchStore& store, const Uuid& job) {
        while (find(job).state == BatchState::running) {
            if (!store.take_page()) database.advance(1s);
        }
        return find(job);
    }
    int hits(const std::string& kind) {
        return number("select count(*) from engine.inbox where convert_from(event, 'UTF8') like '%" + kind +
                      "%'");
    }
};

}  // namespace test
