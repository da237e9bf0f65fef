#pragma once
// The delay of a start that brings its own message along. Included by the store's files only.

#include "engine/store/runs.hpp"

namespace durable::store {

/// After the message: any other one ends the delay, this one waits for its end with the run. Nothing happens
/// if `started` was not started, or without a delay.
void keep_start_delay(pqxx::transaction_base& tx, const StartRequest& request, const StartResult& started);

}  // namespace durable::store
