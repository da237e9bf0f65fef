// Limits that an operator has set count instead of the code's, at once, until they are taken back.

#include <doctest/doctest.h>

#include "engine/store/limits.hpp"
#include "tests/store/limited_rows.hpp"

using namespace std::chrono_literals;
using namespace durable;
using namespace durable::store;

namespace {

class Operator : public test::LimitedRows {
  public:
    std::vector<std::string> set(const std::string& key, const LimitFigures& figures) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        auto queues = set_limit(tx, key, figures, {"vendor outage", "ops"});
        tx.commit();
        return queues;
    }
    bool clear(const std::string& key) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const bool cleared = clear_limit(tx, key, {"vendor is back", "ops"}).has_value();
        tx.commit();
        return cleared;
    }
    LimitInfo info(const std::string& key) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        for (const LimitInfo& one : list_limits(tx, true, 100)) {
            if (one.key == key) return one;
        }
        FAIL("nothing is known of " << key);
        return {};
    }
};

}  // namespace

TEST_CASE_FIXTURE(Operator, "a higher concurrency lets more in at once, a lower one waits for ends") {
    store_rows(9, test::limited({.key = "vendor", .concurrency = 2}));
    auto running = take();
    REQUIRE(running.size() == 2);
    CHECK(take().empty());
    CHECK(set("vendor", {.concurrency = 5}) == std::vector<std::string>{"default"});
    const auto more = take();
    CHECK(more.size() == 3);
    set("vendor", {.concurrency = 1});
    running.insert(running.end(), more.begin(), more.end());
    for (std::size_t i = 0; i + 1 < running.size(); ++i) end(running[i]);
    CHECK(take().empty());
    end(running.back());
    CHECK(take().size() == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(Operator, "what code declares afterwards changes nothing until the figures are cleared") {
    set("vendor", {.concurrency = 1});
    store_rows(5, test::limited({.key = "vendor", .concurrency = 3}));
    CHECK(take().size() == 1);
    CHECK(take().empty());
    const LimitInfo overridden = info("vendor");
    CHECK(overridden.concurrency == 1);
    CHECK(overridden.declared.concurrency == 3);
    REQUIRE(overridden.set);
    CHECK(overridden.set->figures == LimitFigures{.concurrency = 1});
    CHECK(overridden.set->identity == "ops");
    CHECK(overridden.set->reason == "vendor outage");

    CHECK(clear("vendor"));
    CHECK(info("vendor").concurrency == 3);
    CHECK_FALSE(info("vendor").set);
    CHECK(take().size() == 2);
    CHECK_FALSE(clear("vendor"));
    check_invariants();
}

TEST_CASE_FIXTURE(Operator, "a rate is set beside the code's concurrency, which goes on counting") {
    store_rows(9, test::limited({.key = "vendor", .concurrency = 2}));
    set("vendor", {.per_second = 1.0 / 60});
    const auto first = take();
    REQUIRE(first.size() == 1);  // a burst of one
    end(first[0]);
    CHECK(take().empty());
    database.advance(61s);
    CHECK(take().size() == 1);
    database.advance(61s);
    CHECK(take().size() == 1);
    database.advance(61s);
    CHECK(take().empty());  // two run
    clear("vendor");
    CHECK(info("vendor").per_second == std::nullopt);
    check_invariants();
}

TEST_CASE_FIXTURE(Operator, "what an operator has set stays, whoever uses the key") {
    set("vendor", {.concurrency = 1});
    for (int i = 0; i < 3; ++i) {
        sweep();
        database.advance(2h);
    }
    CHECK(info("vendor").concurrency == 1);
    clear("vendor");
    for (int i = 0; i < 3; ++i) {
        sweep();
        database.advance(2h);
    }
    CHECK(database.value("select count(*) from engine.limits") == "0");
}

TEST_CASE_FIXTURE(Operator, "setting and clearing leave audit rows; figures that cannot be are refused") {
    set("vendor", {.concurrency = 4, .per_second = 2.5, .burst = 3});
    clear("vendor");
    CHECK(database.value("select string_agg(verb || ' ' || target || ': ' || reason, ', ' order by audit_id) "
                         "from engine.audit") ==
          "queue limit vendor: vendor outage, queue limit vendor: vendor is back");
    CHECK(database.value("select (details::jsonb ->> 'per_second')::float from engine.audit limit 1") ==
          "2.5");
    CHECK_THROWS_AS(set("vendor", {}), std::invalid_argument);
    CHECK_THROWS_AS(set("vendor", {.burst = 2}), std::invalid_argument);
    CHECK_THROWS_AS(set("vendor", {.concurrency = 0}), std::invalid_argument);
    CHECK_THROWS_AS(set("vendor", {.per_second = 0.0}), std::invalid_argument);
    CHECK_THROWS_AS(set("", {.concurrency = 1}), std::invalid_argument);
}
