// The change to and from summer time, in zones that change by an hour at 2 o'clock (New York), at 1 o'clock
// UTC (Berlin), and by half an hour (Lord Howe).

#include "tests/schedule/times.hpp"

using namespace test;
using Times = std::vector<std::string>;

namespace {

struct Edge {
    const char* zone;
    const char* cron;
    const char* from;
    const char* until;
    Times shift;
    Times skip;
    Times first;
    Times both;
};

// New York 2026: forward on 8 March 07:00Z (2:00 -> 3:00), back on 1 November 06:00Z (2:00 -> 1:00).
// Berlin 2026: forward on 29 March 01:00Z (2:00 -> 3:00), back on 25 October 01:00Z (3:00 -> 2:00).
// Lord Howe 2026: back on 4 April 15:00Z (2:00 -> 1:30), forward on 3 October 15:30Z (2:00 -> 2:30).
const std::vector<Edge> edges{
    {"America/New_York",
     "30 2 * * *",
     "2026-03-07T12:00:00Z",
     "2026-03-09T12:00:00Z",
     {"2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"},
     {"2026-03-09T06:30:00Z"},
     {"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
     {"2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"}},
    {"America/New_York",
     "30 1 * * *",
     "2026-10-31T12:00:00Z",
     "2026-11-02T12:00:00Z",
     {"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
     {"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
     {"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
     {"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"}},
    // The first instants after a change are as ordinary as any.
    {"America/New_York",
     "0 3 * * *",
     "2026-03-08T00:00:00Z",
     "2026-03-09T00:00:00Z",
     {"2026-03-08T07:00:00Z"},
     {"2026-03-08T07:00:00Z"},
     {"2026-03-08T07:00:00Z"},
     {"2026-03-08T07:00:00Z"}},
    {"America/New_York",
     "0 2 * * *",
     "2026-11-01T00:00:00Z",
     "2026-11-02T00:00:00Z",
     {"2026-11-01T07:00:00Z"},
     {"2026-11-01T07:00:00Z"},
     {"2026-11-01T07:00:00Z"},
     {"2026-11-01T07:00:00Z"}},
    {"Europe/Berlin",
     "0,30 2 * * *",
     "2026-03-29T00:00:00Z",
     "2026-03-30T00:00:00Z",
     {"2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
     {},
     {"2026-03-29T01:00:00Z"},
     {"2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"}},
    // A moved time that meets an ordinary one is one run.
    {"Europe/Berlin",
     "0 2,3 * * *",
     "2026-03-29T00:00:00Z",
     "2026-03-30T00:00:00Z",
     {"2026-03-29T01:00:00Z"},
     {"2026-03-29T01:00:00Z"},
     {"2026-03-29T01:00:00Z"},
     {"2026-03-29T01:00:00Z"}},
    {"Europe/Berlin",
     "15 2 * * *",
     "2026-10-25T00:00:00Z",
     "2026-10-26T00:00:00Z",
     {"2026-10-25T00:15:00Z"},
     {"2026-10-25T00:15:00Z"},
     {"2026-10-25T00:15:00Z"},
     {"2026-10-25T00:15:00Z", "2026-10-25T01:15:00Z"}},
    // Every half hour goes by elapsed time, unless each reading is asked for once.
    {"Europe/Berlin",
     "*/30 * * * *",
     "2026-10-24T23:30:00Z",
     "2026-10-25T02:30:00Z",
     {"2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z",
      "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"},
     {"2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z",
      "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"},
     {"2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"},
     {"2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z",
      "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"}},
    {"Europe/Berlin",
     "*/30 * * * *",
     "2026-03-29T00:30:00Z",
     "2026-03-29T02:00:00Z",
     {"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
     {"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
     {"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
     {"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"}},
    {"Australia/Lord_Howe",
     "15 2 * * *",
     "2026-10-03T12:00:00Z",
     "2026-10-04T12:00:00Z",
     {"2026-10-03T15:45:00Z"},
     {},
     {"2026-10-03T15:30:00Z"},
     {"2026-10-03T15:45:00Z"}},
    {"Australia/Lord_Howe",
     "45 1 * * *",
     "2026-04-04T12:00:00Z",
     "2026-04-05T12:00:00Z",
     {"2026-04-04T14:45:00Z"},
     {"2026-04-04T14:45:00Z"},
     {"2026-04-04T14:45:00Z"},
     {"2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"}},
    {"Australia/Lord_Howe",
     "15 1 * * *",
     "2026-04-04T12:00:00Z",
     "2026-04-05T12:00:00Z",
     {"2026-04-04T14:15:00Z"},
     {"2026-04-04T14:15:00Z"},
     {"2026-04-04T14:15:00Z"},
     {"2026-04-04T14:15:00Z"}},
};

}  // namespace

TEST_CASE("what the clock skips or shows twice follows the policy") {
    for (const Edge& edge : edges) {
        CAPTURE(edge.zone);
        CAPTURE(edge.cron);
        CAPTURE(edge.from);
        const auto of = [&](DstPolicy dst) {
            return between(spec_of(edge.cron, edge.zone, dst), edge.from, edge.until);
        };
        CHECK(of(DstPolicy::shift) == edge.shift);
        CHECK(of(DstPolicy::skip) == edge.skip);
        CHECK(of(DstPolicy::first) == edge.first);
        CHECK(of(DstPolicy::both) == edge.both);
    }
}

TEST_CASE("a daily schedule has one run on every date of ten years, in every kind of zone") {
    // Apia left out 30 December 2011, and with it a run; since then it has been like the others.
    for (const char* zone :
         {"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago",
          "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns"}) {
        for (const char* cron : {"0 0 * * *", "30 1 * * *", "30 2 * * *", "59 23 * * *"}) {
            CAPTURE(zone);
            CAPTURE(cron);
            const auto times = between(spec_of(cron, zone), "2026-06-01", "2036-06-01");
            CHECK(times.size() == 3653);
        }
    }
}

TEST_CASE("an hourly schedule never has a hole and never a double in zones with whole-hour changes") {
    for (const char* zone : {"America/New_York", "Europe/Berlin", "America/Santiago"}) {
        CAPTURE(zone);
        CHECK(between(spec_of("0 * * * *", zone), "2026-01-01", "2028-01-01").size() == 2 * 365 * 24);
    }
}

TEST_CASE("a day that a zone leaves out altogether is made up for a day later, or not at all") {
    CHECK(between(spec_of("0 12 * * *", "Pacific/Apia"), "2011-12-29", "2012-01-01") ==
          Times{"2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z", "2011-12-31T22:00:00Z"});
    CHECK(between(spec_of("0 12 30 12 *", "Pacific/Apia"), "2011-01-01", "2012-01-01") ==
          Times{"2011-12-30T22:00:00Z"});
    CHECK(between(spec_of("0 12 30 12 *", "Pacific/Apia", DstPolicy::skip), "2011-01-01", "2012-01-01")
              .empty());
}
