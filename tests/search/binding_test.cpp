// What names and values of a filter mean: types, negation, times, and help for those who mistype.

#include <doctest/doctest.h>

#include "engine/search/bound.hpp"
#include "engine/search/moments.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::search {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 8h;
const SearchCatalog catalog{{"OrganizationId", SearchType::string}, {"Amount", SearchType::integer},
                            {"Score", SearchType::number},          {"DueAt", SearchType::timestamp},
                            {"Urgent", SearchType::boolean},        {"Tags", SearchType::strings}};

BoundQuery bound(std::string_view text) {
    return search::bind(parse(text), catalog, now);
}
const Condition& only(const BoundQuery& query) {
    REQUIRE(query.where.size() == 1);
    REQUIRE(query.where.front().kind == BoundNode::Kind::condition);
    return query.where.front().condition;
}
std::string refused(std::string_view text) {
    try {
        static_cast<void>(bound(text));
        return "understood";
    } catch (const QueryError& error) {
        return std::to_string(error.at() + 1) + ": " + error.problem();
    }
}
std::int64_t microseconds(Timestamp time) {
    return time.time_since_epoch().count();
}

TEST_CASE("system fields are found in whatever case, search attributes as they are written") {
    CHECK(only(bound("status = 'running'")).field.name() == "Status");
    CHECK(only(bound("STARTTIME > 'now'")).field.name() == "StartTime");
    CHECK(only(bound("OrganizationId = 'x'")).field.attribute == "OrganizationId");
    CHECK(refused("organizationid = 'x'") ==
          "1: no field and no search attribute is called organizationid; did you mean OrganizationId?");
}

TEST_CASE("who mistypes a name is told the nearest one") {
    CHECK(refused("Urgent = true and Statsu = 'x'") ==
          "19: no field and no search attribute is called Statsu; did you mean Status?");
    CHECK(refused("Statsu = 'x'") ==
          "1: no field and no search attribute is called Statsu; did you mean Status?");
    CHECK(refused("Zzzz = 'x'") == "1: no field and no search attribute is called Zzzz");
}

TEST_CASE("a value of another type is refused where it stands") {
    CHECK(refused("StartTime > 7") ==
          "13: StartTime is compared with a time such as '2h ago', '2026-11-21' or '2026-11-21T08:30:00Z'");
    CHECK(refused("Amount = 'seven'") == "10: Amount is compared with an integer");
    CHECK(refused("Amount = 7.5") == "10: Amount is compared with an integer");
    CHECK(refused("OrganizationId = 7") == "18: OrganizationId is compared with a text in quotes");
    CHECK(refused("Urgent = 'true'") == "10: Urgent is compared with true or false");
    CHECK(refused("Duration > '5 minutes'") ==
          "12: Duration is compared with a duration such as '90s' or '1h30m'");
    CHECK(refused("RunId = 'x'") == "9: RunId is compared with a run id in quotes");
    CHECK(
        refused("Status = 'runing'") ==
        "10: Status is one of running, completed, failed, canceled, timed_out, terminated, continued_as_new");
    CHECK(std::get<double>(only(bound("Score > 7")).values.front()) == 7.0);
}

TEST_CASE("operators that a type has not are refused") {
    CHECK(refused("Urgent > true") == "1: Urgent cannot be compared by \">\"");
    CHECK(refused("Status < 'running'") == "1: Status cannot be compared by \"<\"");
    CHECK(refused("Amount starts_with 'x'") == "1: Amount cannot be compared by \"starts_with\"");
    CHECK(refused("Amount contains 'x'") == "1: Amount cannot be compared by \"contains\"");
    CHECK(refused("StartTime starts_with '2026'") == "1: StartTime cannot be compared by \"starts_with\"");
    CHECK(refused("order by Tags") == "10: Tags has several values: there is no order by it");
}

TEST_CASE("negation moves down to the comparisons; twice is not at all") {
    const BoundQuery query = bound("not (Amount = 1 or not (Score > 2 and Urgent = true))");
    REQUIRE(query.where.front().kind == BoundNode::Kind::all);
    const auto& parts = query.where.front().children;
    CHECK(parts[0].condition.negated);
    REQUIRE(parts[1].kind == BoundNode::Kind::all);
    CHECK_FALSE(parts[1].children[0].condition.negated);
    CHECK_FALSE(parts[1].children[1].condition.negated);
    CHECK(only(bound("Amount != 1")).negated);
    CHECK(only(bound("Amount != 1")).op == Operator::equal);
    CHECK_FALSE(only(bound("not Amount != 1")).negated);
}

TEST_CASE("times are absolute, with an offset or in UTC, or relative to now") {
    using std::chrono::sys_days;
    using std::chrono::year;
    const Timestamp day = sys_days{year{2026} / 11 / 20};
    CHECK(parse_moment("2026-11-20", now) == day);
    CHECK(parse_moment("2026-11-20T08:30", now) == day + 8h + 30min);
    CHECK(parse_moment("2026-11-20 08:30:15.25", now) == day + 8h + 30min + 15s + 250ms);
    CHECK(parse_moment("2026-11-20T08:30:00Z", now) == day + 8h + 30min);
    CHECK(parse_moment("2026-11-20T08:30:00+01:00", now) == day + 7h + 30min);
    CHECK(parse_moment("2026-11-20T08:30:00-0530", now) == day + 14h);
    CHECK(parse_moment("now", now) == now);
    CHECK(parse_moment("2h ago", now) == now - 2h);
    CHECK(parse_moment("1h30m ago", now) == now - 90min);
    CHECK(parse_moment("in 5m", now) == now + 5min);
    for (const char* wrong :
         {"", "yesterday", "2026-13-01", "2026-02-30", "2026-11-20T25:00", "2026-11-20T08:30x", "2h", "ago",
          " ago", "in", "-2h ago", "2026-1-1", "99999999999999w ago"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_moment(wrong, now));
    }
    CHECK(std::get<std::int64_t>(only(bound("StartTime > '2h ago'")).values.front()) ==
          microseconds(now - 2h));
}

TEST_CASE("durations are sums of numbers with units") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("2d") == 48h);
    CHECK(parse_duration("1w") == 168h);
    for (const char* wrong : {"", "5", "m", "5x", "1.5h", "-5m", "5m 3s", "9999999999999999d", "999999w"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_duration(wrong));
    }
}

TEST_CASE("runs are grouped by names with commas between them") {
    const auto groups = bind_groups("Status, OrganizationId", catalog);
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].name() == "Status");
    CHECK(groups[1].attribute == "OrganizationId");
    CHECK_THROWS_AS(static_cast<void>(bind_groups("StartTime", catalog)), QueryError);
    CHECK_THROWS_AS(static_cast<void>(bind_groups("Nothing", catalog)), QueryError);
    CHECK_THROWS_AS(static_cast<void>(bind_groups("Status; drop", catalog)), QueryError);
    CHECK_THROWS_AS(static_cast<void>(bind_groups("", catalog)), QueryError);
}

TEST_CASE("no search attribute can be called like a field or a word of the language") {
    for (const Field& field : system_fields()) {
        CAPTURE(field.name);
        CHECK(is_reserved_search_key(field.name));
    }
    CHECK(problem_with(SearchAttribute{"Status", SearchType::string, {encode(std::string{"x"})}}) ==
          "a search key that is a word of the filter language");
    CHECK(is_reserved_search_key("BETWEEN"));
    CHECK_FALSE(is_reserved_search_key("OrganizationId"));
}

}  // namespace
}  // namespace durable::search
