#include "activities/attempt_memory.hpp"

namespace callflex {

void note_attempt(durable::ActivityContext& context, durable::Timestamp attempted_at) {
    context.heartbeat(durable::encode(AttemptNote{attempted_at, context.info().lost_attempts}));
}

std::optional<durable::Timestamp> noted_attempt(const durable::ActivityContext& context) {
    if (context.heartbeat_details().is_null()) return std::nullopt;
    try {
        const auto note = durable::decode<AttemptNote>(context.heartbeat_details());
        if (note.lost_attempts != context.info().lost_attempts) return std::nullopt;
        return note.attempted_at;
    } catch (const durable::DecodeError&) {
        // Written by another build: as good as no note.
        return std::nullopt;
    }
}

}  // namespace callflex
