#pragma once
// How the terms of a start stand in stored JSON (specs of schedules, jobs), by the generic codec. Histories
// have their own form: replay/event_fields.hpp. Engine code only.

#include <boost/describe.hpp>

#include "engine/workflow/codec.hpp"
#include "engine/workflow/queue_share.hpp"
#include "engine/workflow/retry.hpp"
#include "engine/workflow/search.hpp"

namespace durable {

BOOST_DESCRIBE_STRUCT(RetryPolicy, (),
                      (initial_interval, backoff_coefficient, maximum_interval, maximum_attempts,
                       non_retryable_types))
BOOST_DESCRIBE_STRUCT(QueueShare, (), (priority, fairness_key, weight))
BOOST_DESCRIBE_STRUCT(RunLimit, (), (key, concurrency))
BOOST_DESCRIBE_STRUCT(SearchAttribute, (), (key, type, value))

// Found by the codec by argument: the value as it is, like a Payload.
inline void write(JsonWriter& writer, const SearchValue& value) {
    writer.raw(value.json);
}
inline void read(JsonReader& reader, SearchValue& value) {
    value.json = reader.raw();
}

}  // namespace durable
