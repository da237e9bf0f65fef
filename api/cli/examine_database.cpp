#include <fmt/format.h>

#include <pqxx/pqxx>

#include "api/cli/findings.hpp"
#include "api_sql.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/client/human_time.hpp"
#include "engine/store/workers.hpp"
#include "schema/migrate.hpp"

namespace callflex::cli {
namespace {

constexpr int oldest_version = 150000;
constexpr int longest_autovacuum_pause = 15;  // seconds
/// Of the queue, 80 MB. Where everybody reads it is all but empty.
constexpr double unread_notifications = 0.01;
constexpr std::chrono::milliseconds tolerated_skew{500};

class Examination {
  public:
    Examination(Findings& findings, pqxx::connection& connection)
        : findings_(findings), connection_(connection) {}

    void everything() {
        server();
        if (schema()) workers();
    }

  private:
    void add(Level level, std::string name, std::string what, std::string remedy = {}) {
        findings_.push_back({"database", level, std::move(name), std::move(what), std::move(remedy)});
    }

    void server() {
        const auto before = std::chrono::steady_clock::now();
        pqxx::nontransaction tx{connection_};
        const auto row = tx.exec1(std::string{api::sql::doctor_server});
        const auto took =
            std::chrono::duration_cast<durable::Duration>(std::chrono::steady_clock::now() - before);
        add(Level::ok, "reachable",
            fmt::format("{}, answers in {}", connection_.dbname(), durable::client::human_duration(took)));
        version(row);
        clock(row, took);
        role(row);
        connections(row);
        notifications(row);
        durability(row);
        server_log(row);
    }

    void version(const pqxx::row& row) {
        const bool recent = row["server_version_num"].as<int>() >= oldest_version;
        add(recent ? Level::ok : Level::problem, "version",
            fmt::format("Postgres {}", row["server_version"].c_str()),
            recent ? "" : "Postgres 15 or newer is needed");
        if (row["is_standby"].as<bool>()) {
            add(Level::problem, "writable", "this server is a standby and read-only",
                "address the primary, or list all hosts with target_session_attrs=read-write");
        }
    }

    void clock(const pqxx::row& row, durable::Duration took) {
        const durable::Timestamp theirs{durable::Duration{row["clock"].as<std::int64_t>()}};
        const auto skew = theirs - local_now() + took / 2;
        const bool far = skew > tolerated_skew || skew < -tolerated_skew;
        add(far ? Level::warning : Level::ok, "clock",
            fmt::format("the database's clock is {} {}",
                        durable::client::human_duration(skew < skew.zero() ? -skew : skew),
                        skew < skew.zero() ? "behind this machine's" : "ahead of this machine's"),
            far ? "the engine only trusts the database's clock, but webhook signatures use this one: run NTP "
                  "on both"
                : "");
    }

    void role(const pqxx::row& row) {
        const bool super = row["is_superuser"].as<bool>();
        add(super ? Level::warning : Level::ok, "role",
            fmt::format("{}{}", row["role"].c_str(), super ? ", a superuser" : ""),
            super ? "let daemons use a login that is a member of callflex_app; keep the owner for `callflex "
                    "migrate`"
                  : "");
    }

    void connections(const pqxx::row& row) {
        const int most = row["max_connections"].as<int>();
        const int used = row["connections"].as<int>();
        const bool tight = used * 10 > most * 8;
        add(tight ? Level::warning : Level::ok, "connections", fmt::format("{} of {} in use", used, most),
            tight ? "raise max_connections, or lead ingress and CLI through a transaction pooler" : "");
    }

    /// 8 GB for all databases of the server. What notifies when it is full is refused.
    void notifications(const pqxx::row& row) {
        const double used = row["notifications"].as<double>();
        const bool held_up = used >= unread_notifications;
        add(held_up ? Level::warning : Level::ok, "notifications",
            fmt::format("{:.0f} % of the queue unread", 100 * used),
            held_up
                ? "a session listens and does not read, or is idle in a transaction: look for the oldest in "
                  "pg_stat_activity, of all databases, and end it"
                : "");
    }

    void durability(const pqxx::row& row) {
        setting(row, "fsync", "off", "committed work would be lost or corrupted at a crash: set fsync = on");
        setting(row, "synchronous_commit", "off",
                "acknowledged webhooks would be lost at a crash: set it to on");
        setting(row, "full_page_writes", "off", "a torn page would corrupt the database: set it to on");
        setting(row, "autovacuum", "off", "dead rows would slow every claim: set it to on");
        const int pause = row["autovacuum_naptime_seconds"].as<int>();
        const bool seldom = pause > longest_autovacuum_pause;
        add(seldom ? Level::warning : Level::ok, "autovacuum_naptime", fmt::format("{} s", pause),
            seldom ? "under load thousands of rows a second die in the tables of live runs, and claims have "
                     "to read "
                     "past them: set autovacuum_naptime = 5s"
                   : "");
    }

    void server_log(const pqxx::row& row) {
        const bool logs = row["logs_parameters"].as<bool>();
        add(logs ? Level::warning : Level::ok, "server's log",
            logs ? "shows the parameters of statements: transcripts, telephone numbers" : "shows no data",
            logs ? "set log_parameter_max_length = 0 and log_parameter_max_length_on_error = 0" : "");
    }

    void setting(const pqxx::row& row, const char* name, const std::string& bad, const char* remedy) {
        const std::string value = row[name].c_str();
        add(value == bad ? Level::problem : Level::ok, name, value, value == bad ? remedy : "");
    }

    bool schema() {
        try {
            const auto pending = schema::plan(connection_);
            add(pending.empty() ? Level::ok : Level::problem, "schema",
                pending.empty() ? "up to date with this build"
                                : fmt::format("{} migrations are missing, first {}/{}", pending.size(),
                                              pending.front().area, pending.front().name),
                pending.empty() ? "" : "callflex migrate");
            return pending.empty();
        } catch (const schema::NewerSchema& error) {
            return newer_schema(error);
        } catch (const pqxx::sql_error& error) {
            add(Level::problem, "schema", error.what(),
                "callflex migrate, as a role that may create schemas");
        }
        return false;
    }

    /// Newer than this build: by what it can work beside, or by more.
    bool newer_schema(const schema::NewerSchema& error) {
        try {
            schema::require_usable(connection_);
        } catch (const std::exception&) {
            add(Level::problem, "schema", error.what(), "use the newer build, or restore the older database");
            return false;
        }
        const auto beyond = schema::expansions_beyond(connection_);
        add(Level::warning, "schema",
            fmt::format("newer than this build by {} migrations, the last of which is {}; this build works "
                        "beside them",
                        beyond.size(), beyond.back()),
            "after an upgrade: end what is left of the build before");
        return true;
    }

    void workers() {
        pqxx::nontransaction tx{connection_};
        const auto live = durable::store::live_workers(tx);
        if (live.empty()) {
            add(Level::warning, "workers", "none has a live lease: nothing runs", "callflex worker");
        }
        for (const auto& worker : live) {
            add(Level::ok, "worker",
                fmt::format("{} · queue {} · build {} · up {}", worker.name, worker.queue, worker.build,
                            durable::client::human_duration(local_now() - worker.started_at)));
        }
    }

    Findings& findings_;
    pqxx::connection& connection_;
};

}  // namespace

void examine_database(Findings& findings, const std::string& url) {
    try {
        pqxx::connection connection{durable::client::with_deadlines(url)};
        Examination{findings, connection}.everything();
    } catch (const pqxx::broken_connection& error) {
        findings.push_back({"database", Level::problem, "reachable", error.what(),
                            "is Postgres up, and are host, port, name and password in DATABASE_URL right?"});
    } catch (const pqxx::sql_error& error) {
        findings.push_back({"database", Level::problem, "readable", error.what(),
                            "the role needs membership in callflex_app or callflex_readonly"});
    }
}

}  // namespace callflex::cli
