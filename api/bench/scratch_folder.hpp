#pragma once
// A folder for what a benchmark stores, gone with its end.

#include <filesystem>

namespace callflex::bench {

class ScratchFolder {
  public:
    /// Throws std::runtime_error if there is no room for it among temporary files.
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace callflex::bench
