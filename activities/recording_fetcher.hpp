#pragma once
// The implementation of fetch_recording: VAPI's recording, spooled to disk, then kept in our own storage.
//
// The presigned address of the report is tried first; when it has expired, VAPI is asked for a new one. Only
// https is fetched, except from VAPI's own configured origin (development): the address comes from outside.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "activities/file_store.hpp"
#include "activities/recordings.hpp"
#include "activities/storage/storage.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

/// Everything shared outlives the worker's activities.
struct RecordingFetcherOptions {
    std::shared_ptr<Vendors> vendors;  ///< without VAPI's key, expired addresses cannot be renewed
    std::shared_ptr<FileStore> spool;  ///< what comes in is a file first
    std::shared_ptr<Storage> storage;  ///< where it stays
    std::uint64_t bytes_max = std::uint64_t{256} << 20;
};

class RecordingFetcher {
  public:
    explicit RecordingFetcher(RecordingFetcherOptions options) : options_(std::move(options)) {}

    boost::asio::awaitable<StoredRecording> operator()(durable::ActivityContext& context,
                                                       RecordingToFetch input) const;

  private:
    RecordingFetcherOptions options_;
};

/// org/<organization>/calls/<yyyy>/<mm>/<call>.<ext>, by the month (UTC) in which the call began. Throws
/// ApplicationError "InvalidCall" for ids that are not UUIDs: they come from outside, and would be path
/// components.
[[nodiscard]] std::string recording_path(const CallKey& call, std::string_view content_type);

}  // namespace callflex
