#pragma once
// What a worker's process was doing when it ended, kept for the process that comes after it. A run whose code ends its
// process (abort, a stack overflow, all of the memory) is given back and taken again, oldest first: it would end one
// worker after the other, and nothing else would ever be done. So it is counted, and in the end paused.
//
// A file of one page, mapped into memory: the kernel keeps what is written there, however the process ends.

#include <filesystem>
#include <optional>

#include "engine/workflow/ids.hpp"

namespace durable::worker {

/// One thread at a time.
class BlackBox {
  public:
    /// The first file of the folder that no other process has. Makes both. Throws std::system_error.
    explicit BlackBox(const std::filesystem::path& folder);
    ~BlackBox();
    BlackBox(const BlackBox&) = delete;
    BlackBox& operator=(const BlackBox&) = delete;

    struct Wreck {
        RunId run;
        int deaths =
            0;  ///< processes with this file that have ended in the run's code since it last came back
    };
    /// Of the process before this one: none if it ended outside of all runs' code.
    [[nodiscard]] const std::optional<Wreck>& wreck() const { return wreck_; }

    /// A turn of the run's code begins. A few nanoseconds.
    void enter(RunId run) noexcept;
    /// It has come back: nothing is counted against the run any more.
    void leave() noexcept;
    /// Likewise, for a run that has been seen to.
    void forget(RunId run) noexcept;

  private:
    struct Page;
    [[nodiscard]] bool take(const std::filesystem::path& file);
    void read_wreck();

    int file_ = -1;
    Page* page_ = nullptr;  ///< the mapping, unmapped at the end
    std::optional<Wreck> wreck_;
};

}  // namespace durable::worker
