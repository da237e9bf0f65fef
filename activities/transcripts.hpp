#pragma once
// Keeping what was said. Fails for good as "CallNotFound" if the call has no row.

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "activities/calls.hpp"
#include "activities/defaults.hpp"

namespace callflex {

struct TranscriptToStore {
    CallKey call;
    std::string text;
    std::vector<TranscriptSegment> segments;
};
BOOST_DESCRIBE_STRUCT(TranscriptToStore, (), (call, text, segments))

/// Transactional. A second transcript of the same call is ignored: the first report is the one that counts.
inline constexpr durable::Activity<TranscriptToStore, durable::Nothing> store_transcript{
    "store_transcript", transactional_defaults};

}  // namespace callflex
