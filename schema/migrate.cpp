#include "schema/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "schema_app_sql.hpp"
#include "schema_engine_sql.hpp"
#include "schema_migrator_sql.hpp"

namespace schema {
namespace {

constexpr int bootstrap_number = 0;

using Applied = std::set<std::pair<std::string, int>>;

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
        applied.emplace(row[0].as<std::string>(), row[1].as<int>());
    }
    return applied;
}

/// The steps that are missing. Throws NewerSchema for those that are too many.
std::vector<Step> missing_steps(pqxx::transaction_base& tx) {
    const Applied applied = applied_steps(tx);
    Applied unknown = applied;
    std::vector<Step> missing;
    for (Step& step : known_steps()) {
        if (step.number == bootstrap_number) continue;
        unknown.erase({step.area, step.number});
        if (!applied.contains({step.area, step.number})) missing.push_back(std::move(step));
    }
    if (!unknown.empty()) {
        const auto& [area, number] = *unknown.rbegin();
        throw NewerSchema(
            fmt::format("the database has migration {}/{:04}, which this callflex does not know: it was "
                        "migrated by a newer "
                        "release. Use that release (or a later one) with this database.",
                        area, number));
    }
    return missing;
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
    tx.exec_params(std::string{sql::record_migration}, step.area, step.number, step.name);
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

void require_current(pqxx::connection& connection) {
    const std::vector<Step> missing = plan(connection);
    if (missing.empty()) return;
    throw std::runtime_error(fmt::format(
        "the database lacks {} migration(s), the first is {}/{}: run `callflex migrate` with this release",
        missing.size(), missing.front().area, missing.front().name));
}

}  // namespace schema
