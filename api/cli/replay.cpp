#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/payload_settings.hpp"
#include "api/cli/run_json.hpp"
#include "engine/replay/execution.hpp"
#include "engine/store/payload_gate.hpp"
#include "engine/trap/determinism_trap.hpp"

namespace callflex::cli {
namespace {

namespace history = durable::history;

/// What became of one file.
struct Replayed {
    std::string file;
    std::string run;
    std::size_t activations = 0;
    std::int32_t events = 0;
    std::chrono::microseconds took{};
    std::optional<durable::replay::Blocked> blocked;
    std::string error;  ///< the file is not a history

    [[nodiscard]] bool ok() const { return !blocked && error.empty(); }
};

std::string read_file(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    std::ifstream stream(file);
    if (!stream)
        throw CommandError(exit_not_found, "cannot read " + file,
                           "check the path, or use - for standard input");
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// An exported run. Its keys are looked up in the database, if it is encrypted and there is one.
history::Exported from_archive(const Session& session, const std::string& bytes, Replayed& replayed) {
    auto archive = durable::store::read_archive(bytes);
    const bool has_database =
        !session.options.database_url.empty() || session.settings().find("DATABASE_URL");
    durable::store::PayloadGate gate{has_database ? session.database_url() : std::string{},
                                     payload_settings(session)};
    gate.open(archive);
    history::Exported exported{archive.run, {}};
    for (const auto& row : archive.rows) {
        exported.history.push_back(history::decode_activation(row.first_event, row.bytes));
        if (row.unreadable.empty() || replayed.blocked) continue;
        replayed.blocked = {durable::replay::Blocked::Kind::undecodable, row.unreadable, {}};
    }
    return exported;
}

Replayed replay_file(Session& session, const std::string& file) {
    Replayed replayed;
    replayed.file = file;
    const std::string text = read_file(file);
    try {
        const auto exported = durable::store::is_archive(text) ? from_archive(session, text, replayed)
                                                               : history::import_json(text);
        if (replayed.blocked) return replayed;
        if (exported.history.empty()) {
            replayed.error = "not an exported history: it holds no activations";
            return replayed;
        }
        replayed.run = exported.run.value.to_string();
        replayed.activations = exported.history.size();
        durable::replay::Execution execution{session.workflows(), exported.run, "replay"};
        const auto begun = std::chrono::steady_clock::now();
        for (const auto& activation : exported.history) {
            replayed.events += activation.event_count();
            replayed.blocked = durable::trap::replay(execution, activation);
            if (replayed.blocked) break;
        }
        replayed.took =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    } catch (const durable::DecodeError& error) {
        replayed.error = fmt::format("not an exported history: {}", error.what());
    }
    return replayed;
}

void print(const Session& session, const Replayed& replayed) {
    const auto style = session.style();
    auto& out = session.out();
    if (replayed.ok()) {
        out << style(Color::green, "ok        ") << harmless(replayed.file)
            << style(Color::dim,
                     fmt::format("  {} events in {} activations, {:.1f} ms", replayed.events,
                                 replayed.activations, static_cast<double>(replayed.took.count()) / 1000.0))
            << '\n';
        return;
    }
    if (!replayed.error.empty()) {
        out << style(Color::red, "unreadable") << ' ' << harmless(replayed.file) << "\n  "
            << harmless(replayed.error) << '\n';
        return;
    }
    const auto& blocked = *replayed.blocked;
    out << style(Color::red, blocked.mismatch ? "mismatch  " : "blocked   ") << harmless(replayed.file)
        << '\n';
    if (!blocked.mismatch) {
        out << "  " << harmless(blocked.reason) << '\n';
        return;
    }
    const auto& mismatch = *blocked.mismatch;
    out << fmt::format("  event     {}\n  recorded  {}  (build {})\n  found     {}\n", mismatch.event.value,
                       harmless(mismatch.recorded), harmless(mismatch.recorded_build),
                       harmless(mismatch.found));
    if (!mismatch.source.empty())
        out << "  at        " << style(Color::cyan, harmless(mismatch.source)) << '\n';
}

Json to_json(const Replayed& replayed) {
    Json json{{"file", replayed.file}, {"ok", replayed.ok()}};
    if (!replayed.run.empty()) json["run_id"] = replayed.run;
    json["events"] = replayed.events;
    json["activations"] = replayed.activations;
    json["microseconds"] = replayed.took.count();
    if (!replayed.error.empty()) json["error"] = replayed.error;
    if (replayed.blocked) {
        json["reason"] = replayed.blocked->reason;
        if (replayed.blocked->mismatch) json["mismatch"] = cli::to_json(*replayed.blocked->mismatch);
    }
    return json;
}

int replay(Session& session, const std::vector<std::string>& files) {
    Json array = Json::array();
    int code = exit_ok;
    for (const auto& file : files) {
        const Replayed replayed = replay_file(session, file);
        if (!replayed.error.empty()) code = exit_usage;
        if (replayed.blocked && code == exit_ok) code = exit_failed;
        if (session.for_people()) {
            print(session, replayed);
        } else if (session.options.format == Format::jsonl) {
            session.print_json(to_json(replayed));
        } else {
            array.push_back(to_json(replayed));
        }
    }
    if (!session.for_people() && session.options.format != Format::jsonl) session.print_json(array);
    return code;
}

}  // namespace

void define_replay(CLI::App& app, Session& session) {
    auto files = std::make_shared<std::vector<std::string>>();
    app.add_option("FILE", *files,
                   "Exported histories (`workflow show --output json`, "
                   "`workflow export`); - for standard input")
        ->required();
    manual(app,
           "Replays histories with the workflows of this build, without a database, and under the "
           "determinism trap: code that asks a clock, the environment, files, sockets or threads is blocked. "
           "Exit code 0 if all code answers exactly "
           "as recorded; 1 if a history meets a mismatch, shown with its event, what is recorded, what the "
           "code did and "
           "where; 2 if a file is no history. JSON: an array of {file, ok, run_id, events, activations, "
           "microseconds, error?, "
           "reason?, mismatch?: {event, recorded, found, source, recorded_build}}.",
           {{"callflex replay tests/histories/*.json", "before a deployment: is the new code compatible?"},
            {"callflex workflow show call-processing-7 -o json | callflex replay -",
             "one run of the database"}});
    app.callback([files, &session] { session.exit_code = replay(session, *files); });
}

}  // namespace callflex::cli
