#pragma once
// Every open run of a queue, and one closed run of each shape, replayed by this program: what `deploy check`
// and `workflow patches` stand on. Read-only, in one REPEATABLE READ snapshot: one connection reads page
// after page, as many threads as there are cores replay. A page is forgotten when it has been replayed, so
// memory does not grow with the number of runs.

#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/deploy/trial.hpp"
#include "engine/store/payload_gate.hpp"

namespace durable::deploy {

struct RehearsalOptions {
    std::string queue = "default";
    std::string build;         ///< that this program is: runs that belong to another one are left out
    bool every_build = false;  ///< take them, too
    int closed_each = 1000;    ///< newest closed runs of a type among which shapes are looked for; 0: none
    int shapes_each = 200;     ///< of a type that are replayed at most
    int closed_looked_at = 50'000;  ///< newest runs of the queue that are looked at for closed ones
    int threads = 0;                ///< 0: as many as there are cores
    /// Opens compressed, encrypted and large payloads. None: rows that hold such cannot be replayed.
    store::PayloadGate* payloads = nullptr;
    /// Called now and then, on the calling thread: how many runs have been read, of how many.
    std::function<void(std::int64_t done, std::int64_t all)> progress{};
};

/// A patch and one run: what the run's history and this code say about each other.
struct PatchUse {
    std::string patch;
    RunId run;
    WorkflowId workflow;
    std::string type;
    enum class Way : std::uint8_t {
        marked,      ///< it has the marker: it goes the new way
        deprecated,  ///< likewise; the marker was written by deprecate_patch
        old_way,     ///< the code asked and the answer is no: it needs the old code
    };
    Way way = Way::marked;
};

struct Rehearsal {
    std::int64_t open_runs = 0;    ///< replayed
    std::int64_t elsewhere = 0;    ///< open, but they belong to other builds
    std::int64_t closed_runs = 0;  ///< replayed, one a shape
    std::int64_t events = 0;
    Timestamp at;  ///< of the snapshot
    Duration took{};
    std::vector<std::string> types;   ///< that were replayed, sorted
    std::vector<std::string> builds;  ///< that had recorded what was replayed, sorted
    std::vector<Breakage> breakages;  ///< by run id; open runs first
    std::vector<PatchUse> patches;    ///< of open runs, by patch, then by run
    std::vector<RunId> unreadable;    ///< open runs whose patches could not be learned: they break

    /// How many runs have a breakage.
    [[nodiscard]] std::int64_t broken_open() const;
    [[nodiscard]] std::int64_t broken_closed() const;
};

/// `connection` must not be in a transaction. Throws pqxx errors.
[[nodiscard]] Rehearsal rehearse(pqxx::connection& connection, const WorkflowRegistry& registry,
                                 const RehearsalOptions& options);

}  // namespace durable::deploy
