#pragma once
// Histories of closed runs in any object storage that speaks S3, before the engine removes them.

#include <memory>

#include "activities/vendors.hpp"
#include "engine/worker/archive_store.hpp"

namespace callflex {

class S3Archive final : public durable::worker::ArchiveStore {
  public:
    /// Uses config.s3 but for its bucket, and config.exports.
    explicit S3Archive(std::shared_ptr<Vendors> vendors) : vendors_(std::move(vendors)) {}

    [[nodiscard]] std::string place() const override;
    /// One PUT, signed with the content's hash, which the store checks. Only an answer of success with an ETag counts:
    /// every S3 gives one, other servers at that address do not. Waits on the caller's thread, for at most half a
    /// minute and a second for each 128 KiB. Throws std::runtime_error.
    void keep(const std::string& name, std::string bytes, const std::stop_token& stop) override;

  private:
    std::shared_ptr<Vendors> vendors_;
};

}  // namespace callflex
