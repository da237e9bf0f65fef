#include "activities/recordings.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

durable::Nothing record_recording(durable::TransactionalContext&, pqxx::work& tx, RecordingEntry input) {
    const StoredRecording& recording = input.recording;
    try {
        durable::exec(tx, sql::record_recording, input.call.organization_id, storable(input.call.started_at),
                      input.call.call_id, recording.path, recording.bytes, recording.content_type,
                      recording.sha256, input.duration_seconds, recording.storage.value_or("filesystem"));
    } catch (const pqxx::foreign_key_violation&) {
        throw call_not_found(input.call);
    }
    return {};
}

}  // namespace callflex::transactional
