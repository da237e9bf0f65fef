// Reading what workflows publish: rows, no replay.

#include "engine/client/client_impl.hpp"

namespace durable::client {

std::vector<store::PublishedState> Client::published(const RunRef& ref,
                                                     const std::optional<std::string>& key) {
    std::vector<store::PublishedState> states;
    impl_->transactions.read([&](pqxx::transaction_base& tx) {
        states.clear();
        if (const auto run = store::resolve(tx, ref)) states = store::published(tx, *run, key);
    });
    for (store::PublishedState& state : states) impl_->gate.open_value(state.value.json);
    return states;
}

}  // namespace durable::client
