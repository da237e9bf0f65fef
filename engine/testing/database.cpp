#include "engine/testing/database.hpp"

#include "durable_testing_sql.hpp"
#include "engine/testing/cluster/test_cluster.hpp"

namespace durable::testing {
namespace {

/// Prepared, since a test looks all the time.
constexpr const char* look_statement = "look";

Timestamp moment(const pqxx::field& field) {
    return Timestamp{Duration{field.as<std::int64_t>()}};
}

}  // namespace

TestDatabase::TestDatabase()
    : name_(TestCluster::of_this_program().make_database()),
      owner_(TestCluster::of_this_program().owner_url(name_)) {
    pqxx::work tx{owner_};
    tx.exec(std::string{sql::make_ledger});
    tx.commit();
    owner_.prepare(look_statement, std::string{sql::look});
}

TestDatabase::~TestDatabase() {
    TestCluster::of_this_program().drop_database(name_);
}

std::string TestDatabase::url() const {
    return TestCluster::of_this_program().url(name_);
}
std::string TestDatabase::owner_url() const {
    return TestCluster::of_this_program().owner_url(name_);
}

Look TestDatabase::look(std::optional<RunId> run) {
    pqxx::nontransaction reader{owner_};
    const std::optional<std::string> id = run ? std::optional{run->value.to_string()} : std::nullopt;
    const auto row = reader.exec_prepared1(look_statement, id);
    Look look;
    look.now = moment(row[0]);
    if (!row[2].is_null()) look.next = moment(row[2]);
    look.working = row[1].as<int>() > 0 || (look.next && *look.next <= look.now);
    look.blocked = row[3].is_null() ? "" : row[3].as<std::string>();
    look.open = row[4].as<bool>();
    return look;
}

std::vector<RunLength> TestDatabase::run_lengths() {
    pqxx::nontransaction reader{owner_};
    std::vector<RunLength> runs;
    for (const auto& row : reader.exec(std::string{sql::run_lengths})) {
        runs.push_back(
            {RunId{*Uuid::parse(row[0].c_str())}, row[1].as<std::string>(), row[2].as<std::int32_t>()});
    }
    return runs;
}

void TestDatabase::advance_to(Timestamp to) {
    pqxx::work tx{owner_};
    tx.exec_params(std::string{sql::advance}, to.time_since_epoch().count());
    tx.commit();
}

void TestDatabase::bury_workers() {
    pqxx::work tx{owner_};
    tx.exec(std::string{sql::bury_workers});
    tx.commit();
}

}  // namespace durable::testing
