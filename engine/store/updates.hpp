#pragma once
// Updates from outside, each *inside a caller's transaction*, like the verbs of runs.hpp: admitted here,
// decided and answered by the run's code, and told to whoever asks for as long as the chain is kept.

#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>

#include "engine/store/runs.hpp"

namespace durable::store {

/// Most updates of one chain that may be admitted or accepted and not over at one moment.
inline constexpr int updates_under_way_max = 100;

[[nodiscard]] std::string_view to_string(UpdateStage stage);

struct UpdateInfo {
    std::string id;
    std::string name;
    RunId chain;
    RunId run;  ///< that it was admitted to; once accepted: that accepted it
    UpdateStage stage = UpdateStage::admitted;
    Payload result{};                  ///< of a completed one without failure
    std::optional<Failure> failure{};  ///< why there is no result and will be none
};

struct Admitted {
    /// delivered: it is new. duplicate: the chain knows the id, `info` says what has become of it.
    /// not_found and closed: there is nobody to ask.
    SendResult sent = SendResult::not_found;
    std::optional<UpdateInfo> info{};
};
/// Puts the update into the inbox of the open run, and wakes it. A closed run still tells of updates that
/// it has seen. Throws std::invalid_argument for bad names, or an id that the chain has used for another
/// update; TooMany beyond updates_under_way_max.
Admitted admit(pqxx::transaction_base& tx, const RunRef& to, const history::UpdateAccepted& update);

/// Nothing if there is no such run, or its chain knows no such update.
std::optional<UpdateInfo> find_update(pqxx::transaction_base& tx, const RunRef& of, const std::string& id);

struct UpdateWithStartResult {
    StartResult start;
    Admitted update;  ///< of what `start.run` was sent; `closed` if it was refused
};
/// Sends an update to the open run that has the workflow id, or starts one and sends it to that: all or
/// nothing. `request.conflict` fail counts as use_existing; what forbids the start forbids the update. An
/// update id that the newest chain of that workflow id knows starts nothing: it gives what has become of
/// it.
UpdateWithStartResult update_with_start(pqxx::transaction_base& tx, const StartRequest& request,
                                        const history::UpdateAccepted& update);

/// How a run's end breaks off an update: an encoded UpdateCompleted. `why` ends a sentence that begins with
/// the workflow. `retryable`: the same request may be sent again, to the run that goes on.
[[nodiscard]] std::string broken_off(const std::string& why, bool retryable);

}  // namespace durable::store
