// Activations of many runs in the order of time, page by page.

#include "engine/client/tail.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace durable;
using durable::client::ordered_tail;
using durable::client::TailPage;
using Activations = std::vector<std::pair<RunId, history::Activation>>;

namespace {

constexpr std::size_t each = 3;

RunId run(std::uint8_t number) {
    Uuid id;
    id.bytes.back() = number;
    return RunId{id};
}

/// A world of histories, of which pages are read as the store reads them.
class World {
  public:
    void record(std::uint8_t number, std::int64_t second) {
        history::Activation activation;
        auto& all = histories_[run(number)];
        activation.first_event = EventId{static_cast<std::int32_t>(all.size()) + 1};
        activation.time = Timestamp{std::chrono::seconds{second}};
        activation.arrived.emplace_back(history::CodeStarted{});
        all.push_back(activation);
    }
    TailPage page() {
        Activations read;
        for (auto& [id, all] : histories_) {
            std::size_t& next = positions_[id];
            for (std::size_t i = next; i < std::min(next + each, all.size()); ++i)
                read.emplace_back(id, all[i]);
        }
        TailPage page = ordered_tail(std::move(read), each);
        for (const auto& [id, activation] : page.activations) {
            REQUIRE(activation.first_event.value == static_cast<std::int32_t>(positions_[id]) + 1);  // no gap
            ++positions_[id];
        }
        return page;
    }

  private:
    std::map<RunId, std::vector<history::Activation>> histories_;
    std::map<RunId, std::size_t> positions_;
};

std::vector<std::int64_t> seconds_of(const TailPage& page) {
    std::vector<std::int64_t> seconds;
    for (const auto& [id, activation] : page.activations)
        seconds.push_back(activation.time.time_since_epoch() / std::chrono::seconds{1});
    return seconds;
}

}  // namespace

TEST_CASE("a busy old run holds up no other: lines come in the order of time, over all pages") {
    World world;
    for (std::int64_t second = 0; second < 20; ++second) world.record(1, second);
    world.record(2, 4);
    world.record(2, 30);
    std::vector<std::int64_t> all;
    for (bool more = true; more;) {
        const TailPage page = world.page();
        REQUIRE(!page.activations.empty());
        const auto seconds = seconds_of(page);
        all.insert(all.end(), seconds.begin(), seconds.end());
        more = page.more;
    }
    CHECK(std::ranges::is_sorted(all));
    CHECK(all.size() == 22);
    CHECK(all[4] == 4);
    CHECK(all[5] == 4);
}

TEST_CASE("a run's own order is kept, and nothing is left out, when a clock went back") {
    World world;
    for (const std::int64_t second : {10, 3, 4, 11, 5}) world.record(1, second);
    world.record(2, 7);
    std::size_t seen = 0;
    for (bool more = true; more;) {
        const TailPage page = world.page();  // checks for gaps
        seen += page.activations.size();
        more = page.more;
    }
    CHECK(seen == 6);
    CHECK(world.page().activations.empty());
}
