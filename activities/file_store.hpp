#pragma once
// Files that must be whole or not there: recordings. One folder, shared by any number of processes. A file is
// written beside its place, synced, and renamed into it, so that readers see the old one or the new one,
// never a part.
//
//   FileStore::Incoming file = store.receive();
//   file.write(piece); ...
//   file.keep("org/<org>/calls/2026/11/<call>.mp3");      // or let it go out of scope: nothing remains

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace callflex {

/// Thread-safe.
class FileStore {
  public:
    /// Makes the folder if needed, and removes what crashed processes left half-written a day ago or earlier.
    /// Throws std::filesystem::filesystem_error.
    explicit FileStore(std::filesystem::path root);

    /// A file on its way in. One thread at a time.
    class Incoming {
      public:
        ~Incoming();
        Incoming(Incoming&& other) noexcept;
        Incoming& operator=(Incoming&&) = delete;

        /// Throws std::system_error: disk full and the like.
        void write(std::string_view bytes);
        /// What was written, from `at` on; "" behind its end. Until keep(). Throws std::system_error.
        [[nodiscard]] std::string read(std::uint64_t at, std::size_t most) const;
        /// Makes it durable under `path`, relative to the root, replacing what was there. Blocks for the
        /// disk. Throws std::system_error, or std::invalid_argument for a path that leaves the root.
        void keep(const std::filesystem::path& path);

      private:
        friend class FileStore;
        explicit Incoming(std::filesystem::path root);
        void close() noexcept;

        std::filesystem::path root_;
        std::filesystem::path temporary_;
        int descriptor_ = -1;
    };

    /// Throws std::system_error.
    [[nodiscard]] Incoming receive() const { return Incoming{root_}; }

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  private:
    std::filesystem::path root_;
};

}  // namespace callflex
