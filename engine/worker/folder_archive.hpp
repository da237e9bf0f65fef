#pragma once
// Exported runs as files below a folder.

#include <filesystem>

#include "engine/worker/archive_store.hpp"

namespace durable::worker {

class FolderArchive final : public ArchiveStore {
  public:
    /// Made when the first run comes, if it is not there.
    explicit FolderArchive(std::filesystem::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] std::string place() const override { return folder_.string(); }
    /// Written beside, flushed and renamed, and its folders flushed: it is there whole or not at all. Throws
    /// std::system_error.
    void keep(const std::string& name, std::string bytes, const std::stop_token& stop) override;

  private:
    std::filesystem::path folder_;
};

}  // namespace durable::worker
