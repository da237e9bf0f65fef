#pragma once
// Keeping the recording of a call: fetched from VAPI into our own storage first, then written down.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "activities/calls.hpp"
#include "activities/defaults.hpp"

namespace callflex {

struct RecordingToFetch {
    CallKey call;
    std::string vapi_call_id;  ///< asked for a new address when `url` has expired
    std::string url;           ///< presigned
};
BOOST_DESCRIBE_STRUCT(RecordingToFetch, (), (call, vapi_call_id, url))

struct StoredRecording {
    std::string path;  ///< below the storage root: org/<org>/calls/<yyyy>/<mm>/<call>.<ext>
    std::int64_t bytes = 0;
    std::string content_type;
    std::string sha256;                    ///< hexadecimal
    std::optional<std::string> storage{};  ///< filesystem (also when not given), s3, supabase
};
BOOST_DESCRIBE_STRUCT(StoredRecording, (), (path, bytes, content_type, sha256, storage))

/// Async. The path follows from the call, so a repeat overwrites. Final failures: "RecordingGone",
/// "RecordingTooLarge", "RecordingEmpty".
inline constexpr durable::Activity<RecordingToFetch, StoredRecording> fetch_recording{
    "fetch_recording",
    {.schedule_to_close = std::chrono::minutes{3},
     .start_to_close = std::chrono::minutes{2},
     .initial_interval = std::chrono::seconds{1},
     .maximum_interval = std::chrono::seconds{30},
     .maximum_attempts = 6}};

struct RecordingEntry {
    CallKey call;
    StoredRecording recording;
    std::int64_t duration_seconds = 0;
};
BOOST_DESCRIBE_STRUCT(RecordingEntry, (), (call, recording, duration_seconds))

/// Transactional.
inline constexpr durable::Activity<RecordingEntry, durable::Nothing> record_recording{"record_recording",
                                                                                      side_step_defaults};

}  // namespace callflex
