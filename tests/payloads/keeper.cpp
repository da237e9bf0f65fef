#include "tests/payloads/keeper.hpp"

#include "engine/client/upkeep.hpp"

namespace durable::test {

void Keeper::set(const store::RetentionPolicy& policy) const {
    client::ClientOptions options;
    options.connection_string = database.url();
    client::UpkeepClient{options}.set_retention(policy, {"test", "test"});
}

worker::RetentionLoop::Pass Keeper::pass(const std::shared_ptr<worker::ArchiveStore>& store) const {
    std::optional<worker::RetentionLoop::Pass> seen;
    std::mutex mutex;
    worker::RetentionLoop::Observer observer;
    observer.passed = [&](const worker::RetentionLoop::Pass& done) {
        const std::lock_guard lock{mutex};
        seen = done;
    };
    observer.trouble = [](const std::string& text) { FAIL(text); };
    worker::RetentionOptions options;
    options.archive = store;
    const worker::RetentionLoop loop{database.url(), options, observer};
    REQUIRE(eventually([&] {
        const std::lock_guard lock{mutex};
        return seen.has_value();
    }));
    const std::lock_guard lock{mutex};
    return *seen;
}

}  // namespace durable::test
