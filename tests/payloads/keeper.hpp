#pragma once
// A post office whose closed runs do not stay for ever.

#include <filesystem>
#include <string>
#include <vector>

#include "engine/store/retention.hpp"
#include "engine/worker/retention_loop.hpp"
#include "tests/payloads/post.hpp"

namespace durable::test {

struct Keeper : Post {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("callflex-export-" + database.name());
    ~Keeper() { std::filesystem::remove_all(folder); }

    void set(const store::RetentionPolicy& policy) const;
    /// One pass of a worker's thread.
    [[nodiscard]] worker::RetentionLoop::Pass pass(bool with_folder = true) const;
    [[nodiscard]] int runs() const { return std::stoi(database.value("select count(*) from engine.runs")); }
    /// All files below the export folder, by name.
    [[nodiscard]] std::vector<std::filesystem::path> files() const;
};

}  // namespace durable::test
