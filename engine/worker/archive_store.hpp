#pragma once
// Where closed runs go before they are removed. The engine's own is a folder (folder_archive.hpp); a program that
// keeps them elsewhere implements this.

#include <stop_token>
#include <string>

namespace durable::worker {

/// Called by one thread, the retention loop's, which may be made to wait.
class ArchiveStore {
  public:
    virtual ~ArchiveStore() = default;
    /// For people: "/srv/exports", "s3://bucket/prefix". Holds no secret.
    [[nodiscard]] virtual std::string place() const = 0;
    /// Returns when the bytes are durable under the name ("2026/11/<run id>.jsonl.zst"), and then only: the run is
    /// removed next. A name may come again. Ends by itself within minutes, and soon when it is asked to stop. Throws
    /// std::exception with a reason for people, without keys or personal data.
    virtual void keep(const std::string& name, std::string bytes, const std::stop_token& stop) = 0;
};

}  // namespace durable::worker
