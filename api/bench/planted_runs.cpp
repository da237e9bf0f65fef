#include "api/bench/planted_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "api/bench/drain.hpp"
#include "api_sql.hpp"

namespace callflex::bench {
namespace {

/// One transaction each: enough to be quick, little enough to tell how far it is.
constexpr std::int64_t runs_a_statement = 50'000;

}  // namespace

ClosedRuns::ClosedRuns(BenchServer& server, const BenchDatabase& database, std::int64_t total)
    : server_(server), database_(database), total_(total) {
    static_cast<void>(measure_drain(server, database, "template", {.runs = 1}));
    pqxx::connection connection{database.url()};
    template_run_ = pqxx::nontransaction{connection}
                        .exec_params(std::string{api::sql::bench_closed_run}, "template-0")[0][0]
                        .as<std::string>();
}

void ClosedRuns::plant_until(std::int64_t count, const Say& say) {
    pqxx::connection connection{database_.url()};
    while (planted_ < count) {
        const std::int64_t next = std::min(runs_a_statement, count - planted_);
        pqxx::work tx{connection};
        tx.exec_params(std::string{api::sql::bench_plant_closed_runs}, template_run_, "planted-", planted_,
                       next, total_);
        tx.commit();
        planted_ += next;
        say(fmt::format("planted {} of {} closed runs", planted_, count));
    }
    say("vacuum and analyze");
    server_.tidy(database_);
}

}  // namespace callflex::bench
