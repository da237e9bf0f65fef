#pragma once
// A post office whose closed runs do not stay for ever.

#include <memory>
#include <string>

#include "engine/store/retention.hpp"
#include "engine/worker/retention_loop.hpp"
#include "tests/payloads/post.hpp"

namespace durable::test {

struct Keeper : Post {
    void set(const store::RetentionPolicy& policy) const;
    /// One pass of a worker's thread; without a store it exports nothing.
    [[nodiscard]] worker::RetentionLoop::Pass pass(
        const std::shared_ptr<worker::ArchiveStore>& store = nullptr) const;
    [[nodiscard]] int runs() const { return std::stoi(database.value("select count(*) from engine.runs")); }
};

}  // namespace durable::test
