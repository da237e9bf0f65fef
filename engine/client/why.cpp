#include "engine/client/client_impl.hpp"
#include "engine/client/explain.hpp"

namespace durable::client {
namespace {

void add_semaphores(pqxx::transaction_base& tx, Facts& facts) {
    constexpr std::int32_t holders_named_max = 5;
    facts.units = store::units_of_run(tx, facts.info.run);
    for (const store::UnitsInfo& wanted : facts.units) {
        const auto info = wanted.granted_at ? std::nullopt : store::find_semaphore(tx, wanted.resource);
        if (!info) continue;
        Facts::Semaphore& semaphore =
            facts.semaphores.emplace_back(Facts::Semaphore{info->resource, info->capacity, info->held, {}});
        for (const store::UnitsInfo& request : store::requests_of(tx, wanted.resource, holders_named_max)) {
            if (request.granted_at) semaphore.holders.push_back(request.workflow.value);
        }
    }
}

}  // namespace

Why Client::why(const WorkflowRegistry& registry, const RunRef& ref) {
    std::optional<Facts> facts;
    impl_->transactions.read([&](pqxx::transaction_base& tx) {
        facts.reset();
        auto info = store::describe(tx, ref);
        if (!info) return;
        facts.emplace();
        facts->workers = store::live_workers(tx);
        facts->history = impl_->open_rows(store::load_history(tx, info->run)).history;
        facts->info = std::move(*info);
        facts->queue_pause = store::pause_of_queue(tx, facts->info.queue);
        add_semaphores(tx, *facts);
    });
    if (!facts) throw NotFound("there is no " + describe_ref(ref));
    return explain(registry, *facts);
}

}  // namespace durable::client
