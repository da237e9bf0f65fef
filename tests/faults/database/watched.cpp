#include "tests/faults/database/watched.hpp"

#include <fmt/format.h>

namespace test {

std::string Watched::number() const {
    return of_workers("max(worker_no)", "true");
}
bool Watched::is_registered() const {
    return of_workers("count(*)", "ended_at is null") == "1";
}
int Watched::registrations() const {
    return std::stoi(of_workers("count(*)", "true"));
}
int Watched::runs() const {
    return std::stoi(world_.value(fmt::format(
        "select count(*) from engine.live_runs join engine.workers on worker_no = owner where name = "
        "'fault@{}'",
        process_)));
}

std::string Watched::of_workers(const std::string& what, const std::string& condition) const {
    return world_.value(fmt::format("select {} from engine.workers where name = 'fault@{}' and {}", what,
                                    process_, condition));
}

}  // namespace test
