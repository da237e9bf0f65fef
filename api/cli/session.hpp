#pragma once
// What every command gets: where to write, how to show things, and the database. One thread.

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "api/cli/exit_code.hpp"
#include "api/cli/text.hpp"
#include "api/config/settings.hpp"
#include "engine/client/client.hpp"
#include "engine/workflow/registry.hpp"

namespace callflex::cli {

using Json = nlohmann::ordered_json;

enum class Format { table, json, jsonl, csv };
enum class ColorChoice { automatic, always, never };

struct Streams {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
};

/// The options that every command takes; filled by the parser.
struct GlobalOptions {
    std::string database_url;
    std::string config_file;
    Format format = Format::table;
    ColorChoice color = ColorChoice::automatic;
    bool absolute_times = false;
};

class Session {
  public:
    Session(Streams streams, std::filesystem::path program)
        : streams_(streams), program_(std::move(program)) {}

    GlobalOptions options;
    int exit_code = exit_ok;

    [[nodiscard]] std::ostream& out() const { return streams_.out; }
    [[nodiscard]] std::ostream& err() const { return streams_.err; }
    [[nodiscard]] bool out_is_terminal() const { return streams_.out_is_terminal; }
    [[nodiscard]] bool err_is_terminal() const { return streams_.err_is_terminal; }
    [[nodiscard]] Style style() const { return Style{colored(streams_.out_is_terminal)}; }
    [[nodiscard]] Style err_style() const { return Style{colored(streams_.err_is_terminal)}; }
    [[nodiscard]] bool for_people() const { return options.format == Format::table; }
    /// This executable, to be started again for children.
    [[nodiscard]] const std::filesystem::path& program() const { return program_; }

    /// One JSON document, readable; in one line under --output jsonl; as rows under csv (see csv.hpp). Control
    /// characters are escaped.
    void print_json(const Json& document) const;
    /// A moment for people: "3 min 2 s ago", or ISO 8601 with --absolute-times.
    [[nodiscard]] std::string moment(durable::Timestamp time, durable::Timestamp now) const;

    /// Read on first use. Throws CommandError when the configuration file cannot be used: with all that is wrong.
    [[nodiscard]] const config::Settings& settings() const;
    /// The same, for commands that tell what is wrong themselves.
    [[nodiscard]] const config::Settings& settings_as_found() const;
    /// --database-url, else the setting. Throws CommandError.
    [[nodiscard]] std::string database_url() const;
    /// Connected on first use.
    [[nodiscard]] durable::client::Client& client();
    /// The workflows of this build.
    [[nodiscard]] const durable::WorkflowRegistry& workflows();

  private:
    [[nodiscard]] bool colored(bool terminal) const;

    Streams streams_;
    std::filesystem::path program_;
    mutable std::unique_ptr<config::Settings> settings_;
    std::unique_ptr<durable::client::Client> client_;
    std::unique_ptr<durable::WorkflowRegistry> workflows_;
};

/// The database's time is not at hand everywhere; this machine's is near enough for "3 s ago".
[[nodiscard]] durable::Timestamp local_now();

}  // namespace callflex::cli
