#include "engine/deploy/rehearsal.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "engine/deploy/crew.hpp"

namespace durable::deploy {
namespace {

constexpr int page_size = 100;

using Snapshot = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
using store::StoredRun;

/// Leaves out closed runs whose like has been seen. One thread.
class Shapes {
  public:
    explicit Shapes(int each) : each_(each) {}

    void keep_new(std::vector<StoredRun>& runs) {
        std::erase_if(runs, [this](const StoredRun& run) { return !is_new(run); });
    }

  private:
    bool is_new(const StoredRun& run) {
        std::set<std::string>& seen = seen_[run.type];
        if (static_cast<int>(seen.size()) >= each_) return false;
        try {
            return seen.insert(shape_of(run)).second;
        } catch (const DecodeError&) {
            return true;  // its replay will say what is wrong
        }
    }

    const int each_;
    std::map<std::string, std::set<std::string>> seen_;
};

/// Reads the runs and hands them to the crew.
class Reader {
  public:
    Reader(pqxx::transaction_base& tx, const RehearsalOptions& options, Crew& crew, Rehearsal& result)
        : tx_(tx), options_(options), crew_(crew), result_(result) {}

    void read_open(std::int64_t count) {
        std::int64_t seen = 0;
        for (RunId after{};;) {
            std::vector<StoredRun> page = store::open_page(tx_, options_.queue, after, page_size);
            if (page.empty()) return;
            const bool last = page.size() < static_cast<std::size_t>(page_size);
            after = page.back().run;
            seen += static_cast<std::int64_t>(page.size());
            result_.elsewhere += static_cast<std::int64_t>(std::erase_if(page, [this](const StoredRun& run) {
                return !options_.every_build && run.build && *run.build != options_.build;
            }));
            fill(page);
            result_.open_runs += static_cast<std::int64_t>(page.size());
            crew_.replay(std::move(page));
            if (options_.progress) options_.progress(seen, count);
            if (last) return;
        }
    }

    void read_closed() {
        if (options_.closed_each == 0) return;
        std::vector<StoredRun> all =
            store::newest_closed(tx_, options_.queue, options_.closed_each, options_.closed_looked_at);
        Shapes shapes{options_.shapes_each};
        for (std::size_t from = 0; from < all.size(); from += page_size) {
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
            const auto size = std::min<std::size_t>(page_size, all.size() - from);
            std::vector<StoredRun> page{begin, begin + static_cast<std::ptrdiff_t>(size)};
            fill(page);
            shapes.keep_new(page);
            result_.closed_runs += static_cast<std::int64_t>(page.size());
            crew_.replay(std::move(page));
        }
    }

  private:
    void fill(std::vector<StoredRun>& page) {
        store::fill(tx_, page);
        if (options_.payloads == nullptr) return;
        for (StoredRun& run : page) {
            options_.payloads->open(run.history);
            for (store::InboxMessage& message : run.inbox) options_.payloads->open(message);
        }
    }

    pqxx::transaction_base& tx_;
    const RehearsalOptions& options_;
    Crew& crew_;
    Rehearsal& result_;
};

template <class T, class Less>
void sort_by(std::vector<T>& all, Less key) {
    std::ranges::sort(all, [&](const T& a, const T& b) { return key(a) < key(b); });
}

std::vector<std::string> sorted(const std::set<std::string>& names) {
    return {names.begin(), names.end()};
}

void put_in_order(Rehearsal& result) {
    sort_by(result.breakages, [](const Breakage& b) { return std::pair{!b.open, b.run}; });
    sort_by(result.patches, [](const PatchUse& use) { return std::tie(use.patch, use.run); });
    std::ranges::sort(result.unreadable);
}

}  // namespace

std::int64_t Rehearsal::broken_open() const {
    return std::ranges::count_if(breakages, &Breakage::open);
}

std::int64_t Rehearsal::broken_closed() const {
    return static_cast<std::int64_t>(breakages.size()) - broken_open();
}

Rehearsal rehearse(pqxx::connection& connection, const WorkflowRegistry& registry,
                   const RehearsalOptions& options) {
    const auto begun = std::chrono::steady_clock::now();
    Snapshot snapshot{connection};
    Rehearsal result;
    const store::OpenRuns open = store::count_open(snapshot, options.queue);
    result.at = open.now;
    Crew crew{registry, open.now, options.threads};
    Reader reader{snapshot, options, crew, result};
    reader.read_open(open.count);
    reader.read_closed();
    Crew::Found found = crew.finish();
    result.events = found.events;
    result.types = sorted(found.types);
    result.builds = sorted(found.builds);
    result.breakages = std::move(found.breakages);
    result.patches = std::move(found.patches);
    result.unreadable = std::move(found.unreadable);
    put_in_order(result);
    result.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
    return result;
}

}  // namespace durable::deploy
