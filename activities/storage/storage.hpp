#pragma once
// Where recordings are kept: this machine's disk, anything that speaks S3, or Supabase Storage. Whatever comes in is
// spooled to a file first (file_store.hpp), so that an upload can be repeated without the vendor it came from.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "activities/file_store.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

/// What is known about a spooled file before it is kept.
struct SpooledFile {
    std::shared_ptr<FileStore::Incoming> content;
    std::uint64_t bytes = 0;
    std::string sha256;        ///< lower-case hexadecimal
    std::string content_type;  ///< "audio/mpeg"
};

/// Thread-safe; outlives the activities that use it.
class Storage {
  public:
    virtual ~Storage() = default;
    /// As app.call_recordings.storage has it.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Durable under `path` when it returns; a repeat overwrites. Throws ApplicationError, std::system_error.
    virtual boost::asio::awaitable<void> keep(durable::ActivityContext& context, SpooledFile file,
                                              std::string path) = 0;
};

/// The one that is configured. `disk` is for syncing: an activity must not block.
[[nodiscard]] std::shared_ptr<Storage> make_storage(const std::shared_ptr<Vendors>& vendors,
                                                    std::shared_ptr<boost::asio::thread_pool> disk);

/// "org/a b/c.mp3" -> "org/a%20b/c.mp3".
[[nodiscard]] std::string encoded_path(std::string_view path);

}  // namespace callflex
