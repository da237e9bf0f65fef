#include "schema/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "schema_app_sql.hpp"
#include "schema_engine_sql.hpp"
#include "schema_migrator_sql.hpp"

namespace schema {
namespace {

constexpr int bootstrap_number = 0;
constexpr std::string_view contracts_mark = "-- contracts: ";

/// Area and number, and whether it contracts.
using Applied = std::map<std::pair<std::string, int>, bool>;

int number_of(std::string_view file_name) {
    int number = 0;
    const auto parsed = std::from_chars(file_name.data(), file_name.data() + file_name.size(), number);
    if (parsed.ec != std::errc{}) {
        throw std::logic_error(fmt::format("migration {} does not begin with a number", file_name));
    }
    return number;
}

template <class Files>
void append_steps(std::vector<Step>& steps, const std::string& area, const Files& files) {
    for (const auto& file : files) {
        steps.push_back({area, number_of(file.name), std::string{file.name}, std::string{file.text}});
    }
}

/// Everything this binary knows, in the order of application; the bootstrap is the first.
std::vector<Step> known_steps() {
    std::vector<Step> steps;
    append_steps(steps, "engine", engine::all);
    append_steps(steps, "app", app::all);
    std::ranges::sort(steps, [](const Step& a, const Step& b) {
        return std::tuple{a.number, a.area == "app"} < std::tuple{b.number, b.area == "app"};
    });
    return steps;
}

Applied applied_steps(pqxx::transaction_base& tx) {
    Applied applied;
    const bool recorded = tx.exec(std::string{sql::has_migrations})[0][0].as<bool>();
    if (!recorded) return applied;
    for (const auto& row : tx.exec(std::string{sql::applied_migrations})) {
        applied.emplace(std::pair{row[0].as<std::string>(), row[1].as<int>()}, row[2].as<bool>());
    }
    return applied;
}

/// This binary beside a database: what either has and the other has not.
struct Comparison {
    std::vector<Step> missing;
    Applied unknown;
};

Comparison compare(pqxx::transaction_base& tx) {
    const Applied applied = applied_steps(tx);
    Comparison found{{}, applied};
    for (Step& step : known_steps()) {
        if (step.number == bootstrap_number) continue;
        found.unknown.erase({step.area, step.number});
        if (!applied.contains({step.area, step.number})) found.missing.push_back(std::move(step));
    }
    return found;
}

[[noreturn]] void refuse_newer(const Applied::value_type& unknown) {
    const auto& [area, number] = unknown.first;
    throw NewerSchema(fmt::format(
        "the database has migration {}/{:04}, which this callflex does not know: it was migrated by a newer "
        "release. Use that release (or a later one) with this database.",
        area, number));
}

/// The steps that are missing. Throws NewerSchema for those that are too many.
std::vector<Step> missing_steps(pqxx::transaction_base& tx) {
    Comparison found = compare(tx);
    if (!found.unknown.empty()) refuse_newer(*found.unknown.rbegin());
    return std::move(found.missing);
}

/// Holds the migrators' lock for a scope. A broken connection has given it up already.
class MigrationLock {
  public:
    explicit MigrationLock(pqxx::connection& connection) : connection_(connection) {
        pqxx::nontransaction{connection_}.exec(std::string{sql::lock_migrations});
    }
    ~MigrationLock() {
        try {
            pqxx::nontransaction{connection_}.exec(std::string{sql::unlock_migrations});
        } catch (const std::exception&) {
            // The lock goes with the session.
        }
    }
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;

  private:
    pqxx::connection& connection_;
};

void bootstrap(pqxx::connection& connection) {
    pqxx::work tx{connection};
    tx.exec(std::string{engine::all.front().text});
    tx.commit();
}

void apply(pqxx::connection& connection, const Step& step) {
    pqxx::work tx{connection};
    tx.exec(std::string{sql::become_owner});
    try {
        tx.exec(step.sql);
    } catch (const pqxx::sql_error& e) {
        throw std::runtime_error(
            fmt::format("migration {}/{} failed and was rolled back: {}", step.area, step.name, e.what()));
    }
    tx.exec(std::string{sql::become_owner});  // whatever the migration has made of the session
    tx.exec_params(std::string{sql::record_migration}, step.area, step.number, step.name, step.contracts());
    tx.commit();
}

void create_partitions(pqxx::connection& connection) {
    pqxx::work tx{connection};
    tx.exec(std::string{sql::become_owner});
    tx.exec(std::string{sql::create_partitions});
    tx.commit();
}

}  // namespace

std::vector<Step> plan(pqxx::connection& connection) {
    pqxx::read_transaction tx{connection};
    return missing_steps(tx);
}

void migrate(pqxx::connection& connection, const std::function<void(const Step&)>& applied) {
    const MigrationLock lock{connection};
    const std::vector<Step> steps = plan(connection);  // a newer schema is refused before anything is touched
    bootstrap(connection);
    for (const Step& step : steps) {
        apply(connection, step);
        if (applied) applied(step);
    }
    create_partitions(connection);
}

bool Step::contracts() const {
    return sql.starts_with(contracts_mark) ||
           sql.find("\n" + std::string{contracts_mark}) != std::string::npos;
}

std::vector<std::string> expansions_beyond(pqxx::connection& connection) {
    pqxx::read_transaction tx{connection};
    std::vector<std::string> names;
    for (const auto& [step, contracts] : compare(tx).unknown) {
        if (!contracts) names.push_back(fmt::format("{}/{:04}", step.first, step.second));
    }
    return names;
}

void require_usable(pqxx::connection& connection) {
    pqxx::read_transaction tx{connection};
    const auto [missing, unknown] = compare(tx);
    for (const auto& each : unknown) {
        if (each.second) refuse_newer(each);
    }
    if (missing.empty()) return;
    throw std::runtime_error(fmt::format(
        "the database lacks {} migration(s), the first is {}/{}: run `callflex migrate` with this release",
        missing.size(), missing.front().area, missing.front().name));
}

}  // namespace schema
