#pragma once
// Looking at the plans of the store's statements, made as on a hot connection: generic, without sequential
// scans and hashes.

#include <pqxx/pqxx>
#include <string>

#include "tests/store/fixture.hpp"

namespace test {

inline const std::string statements_folder = CALLFLEX_SOURCE_DIR "/engine/store/sql";
/// The text of a statement by its name.
[[nodiscard]] std::string statement_text(const std::string& name);

/// What makes a connection plan as a hot one.
extern const char* const hot_settings;

struct Plans : StoreFixture {
    Plans();

    /// `values`: the parameters as SQL, in order. Analyzed, and rolled back.
    std::string explain(const std::string& name, const std::string& values);
    /// The same as a part of the transaction.
    static std::string explain(pqxx::work& tx, const std::string& name, const std::string& values);
    /// `rows` open runs that wait in the queue, without the detour over starts.
    void fill_queue(int rows);

    pqxx::connection connection;
};

/// Buffers of the plan's topmost node with this text; zero if it has touched none.
[[nodiscard]] int buffers_of_scan(const std::string& plan, const std::string& node);
/// Buffers that all scans of tables and indexes together have touched.
[[nodiscard]] int buffers_of_scans(const std::string& plan);
void check_no_whole_tables(const std::string& plan);

}  // namespace test
