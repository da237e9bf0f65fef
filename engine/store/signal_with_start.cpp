// A signal to whoever has the workflow id, now or from now on: start and signal in the caller's transaction.

#include <array>

#include "engine/store/names.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/start_delay.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

SignalWithStartResult signal_with_start(pqxx::transaction_base& tx, const StartRequest& given,
                                        const history::SignalReceived& signal) {
    check_name("signal", signal.name);
    StartRequest request = given;
    if (request.conflict == ConflictPolicy::fail) request.conflict = ConflictPolicy::use_existing;
    history::SignalReceived message = signal;
    message.request_id = request.request_id;

    SignalWithStartResult result{start(tx, std::array{request}).front(), SendResult::closed};
    const bool refused = result.start.outcome == StartResult::Outcome::already_closed;
    if (refused) return result;
    result.signal = send(tx, {request.name_space, result.start.run, {}}, message, request.request_id).result;
    keep_start_delay(tx, request, result.start);
    if (request.request_id.empty() || result.start.outcome == StartResult::Outcome::started) return result;
    // An open run was held by start(): only one that an earlier request has made or met can have ended since.
    if (result.signal == SendResult::closed) result.signal = SendResult::duplicate;
    if (result.signal == SendResult::delivered) {
        tx.exec_params(std::string{sql::remember_start}, request.name_space, request.workflow.value,
                       request.request_id, result.start.run.value.to_string());
    }
    return result;
}

}  // namespace durable::store
