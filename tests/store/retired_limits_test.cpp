// Keys of limits that nothing uses any more are removed, and come back whole when somebody uses them again.

#include <doctest/doctest.h>

#include "tests/store/limited_rows.hpp"

using namespace std::chrono_literals;

namespace {

class Retiring : public test::LimitedRows {
  public:
    void use(const std::string& key) {
        store_rows(1, test::limited({key, 2}));
        for (const auto& taken : take()) end(taken);
    }
    [[nodiscard]] std::string count(const std::string& what, const std::string& key) const {
        return database.value("select count(*) from engine." + what + " where limit_key = '" + key + "'");
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    Retiring,
    "a key that nothing has used for an hour goes with its lines; it comes back with its next row") {
    use("idle");
    sweep();
    CHECK(count("limits", "idle") == "1");
    database.advance(30min);
    sweep();
    CHECK(count("limits", "idle") == "1");
    database.advance(40min);
    sweep();
    CHECK(count("limits", "idle") == "0");
    CHECK(count("limit_lines", "idle") == "0");
    CHECK(count("limit_news", "idle") == "0");
    store_rows(3, test::limited({"idle", 2}));
    CHECK(take().size() == 2);
    check_invariants();
}

TEST_CASE_FIXTURE(Retiring, "a key that is used again before its hour is over stays") {
    use("sometimes");
    sweep();
    database.advance(50min);
    use("sometimes");
    sweep();
    database.advance(50min);
    sweep();
    CHECK(count("limits", "sometimes") == "1");
    CHECK(count("limit_lines", "sometimes") == "1");
    check_invariants();
}

TEST_CASE_FIXTURE(Retiring, "a key with rows that run or wait is never removed") {
    store_rows(3, test::limited({"busy", 2}));
    CHECK(take().size() == 2);
    for (int i = 0; i < 3; ++i) {
        sweep();
        database.advance(2h);
    }
    CHECK(count("limits", "busy") == "1");
    check_invariants();
}
