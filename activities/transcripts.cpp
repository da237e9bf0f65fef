#include "activities/transcripts.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

durable::Nothing store_transcript(durable::TransactionalContext&, pqxx::work& tx, TranscriptToStore input) {
    try {
        durable::exec(tx, sql::store_transcript, input.call.organization_id, storable(input.call.started_at),
                      input.call.call_id, storable(std::move(input.text)),
                      storable(durable::encode(input.segments)));
    } catch (const pqxx::foreign_key_violation&) {
        throw call_not_found(input.call);
    }
    return {};
}

}  // namespace callflex::transactional
