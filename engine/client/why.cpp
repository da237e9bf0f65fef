#include "engine/client/client_impl.hpp"
#include "engine/client/explain.hpp"

namespace durable::client {

Why Client::why(const WorkflowRegistry& registry, const RunRef& ref) {
    std::optional<Facts> facts;
    impl_->transactions.read([&](pqxx::transaction_base& tx) {
        facts.reset();
        auto info = store::describe(tx, ref);
        if (!info) return;
        facts.emplace();
        facts->workers = store::live_workers(tx);
        facts->history = decode_rows(store::load_history(tx, info->run));
        facts->info = std::move(*info);
    });
    if (!facts) throw NotFound("there is no " + describe_ref(ref));
    return explain(registry, *facts);
}

}  // namespace durable::client
