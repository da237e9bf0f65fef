#include "tests/payloads/keeper.hpp"

#include <algorithm>

#include "engine/client/upkeep.hpp"

namespace durable::test {

void Keeper::set(const store::RetentionPolicy& policy) const {
    client::ClientOptions options;
    options.connection_string = database.url();
    client::UpkeepClient{options}.set_retention(policy, {"test", "test"});
}

worker::RetentionLoop::Pass Keeper::pass(bool with_folder) const {
    std::optional<worker::RetentionLoop::Pass> seen;
    std::mutex mutex;
    worker::RetentionLoop::Observer observer;
    observer.passed = [&](const worker::RetentionLoop::Pass& done) {
        const std::lock_guard lock{mutex};
        seen = done;
    };
    observer.trouble = [](const std::string& text) { FAIL(text); };
    worker::RetentionOptions options;
    if (with_folder) options.export_folder = folder;
    const worker::RetentionLoop loop{database.url(), options, observer};
    REQUIRE(eventually([&] {
        const std::lock_guard lock{mutex};
        return seen.has_value();
    }));
    const std::lock_guard lock{mutex};
    return *seen;
}

std::vector<std::filesystem::path> Keeper::files() const {
    std::vector<std::filesystem::path> found;
    if (!std::filesystem::exists(folder)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file()) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace durable::test
