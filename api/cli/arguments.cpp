#include "api/cli/arguments.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace callflex::cli {
namespace {

using durable::Duration;
using durable::Timestamp;

struct Unit {
    std::string_view name;
    Duration length;
};
constexpr std::array<Unit, 6> units{{{"us", std::chrono::microseconds{1}},
                                     {"ms", std::chrono::milliseconds{1}},
                                     {"s", std::chrono::seconds{1}},
                                     {"m", std::chrono::minutes{1}},
                                     {"h", std::chrono::hours{1}},
                                     {"d", std::chrono::days{1}}}};

const Unit* find_unit(std::string_view name) {
    for (const auto& unit : units) {
        if (unit.name == name) return &unit;
    }
    return nullptr;
}

std::string read_all(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    std::ifstream stream(file);
    if (!stream)
        throw CommandError(exit_not_found, "cannot read " + file,
                           "check the path, or use - for standard input");
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::optional<Timestamp> parse_iso(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int length = 0;
    if (std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &length) < 3) return std::nullopt;
    if (static_cast<std::size_t>(length) != text.size() &&
        std::sscanf(text.c_str() + length, "T%2d:%2d:%2d", &hour, &minute, &second) < 2) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                           std::chrono::day{day}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second};
}

}  // namespace

durable::client::RunRef RunArgument::ref() const {
    durable::client::RunRef ref;
    ref.name_space = name_space;
    const auto uuid = is_workflow_id ? std::nullopt : durable::Uuid::parse(name);
    if (uuid) {
        ref.run = durable::RunId{*uuid};
    } else {
        ref.workflow = durable::WorkflowId{name};
    }
    return ref;
}

void add_run_argument(CLI::App& app, RunArgument& run) {
    app.add_option("RUN", run.name, "Run id, or workflow id (then: its open run, else its newest one)")
        ->required();
    app.add_option("--namespace,-n", run.name_space, "Namespace of the workflow id")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_flag("--workflow-id", run.is_workflow_id, "RUN is a workflow id even if it looks like a run id");
}

durable::Payload PayloadArgument::payload() const {
    if (text.empty() && file.empty()) return {};
    const std::string json = file.empty() ? text : read_all(file);
    try {
        return durable::Payload{Json::parse(json).dump()};
    } catch (const nlohmann::json::exception& error) {
        throw CommandError(exit_usage, fmt::format("the input is not JSON: {}", error.what()),
                           "quote it for the shell: --input '{\"id\": 7}'; a text is '\"text\"'");
    }
}

void add_payload_arguments(CLI::App& app, PayloadArgument& payload, const std::string& what) {
    auto* text = app.add_option("--input,-i", payload.text, what + ", as JSON")->type_name("JSON");
    app.add_option("--input-file", payload.file, what + ", as JSON in a file; - for standard input")
        ->type_name("FILE")
        ->excludes(text);
}

Duration parse_duration(const std::string& text) {
    const auto wrong = [&] {
        return CommandError(exit_usage, fmt::format("\"{}\" is not a duration", text),
                            "for example 250ms, 90s, 5m, 1h30m or 2d");
    };
    Duration total{};
    const char* at = text.data();
    const char* const end = at + text.size();
    if (at == end) throw wrong();
    while (at != end) {
        std::int64_t count = 0;
        const auto number = std::from_chars(at, end, count);
        if (number.ec != std::errc{} || count < 0) throw wrong();
        const char* name_end = number.ptr;
        while (name_end != end && (*name_end < '0' || *name_end > '9')) ++name_end;
        const Unit* unit = find_unit({number.ptr, name_end});
        if (unit == nullptr || count > Duration::max() / unit->length / 2) throw wrong();
        total += count * unit->length;
        at = name_end;
    }
    return total;
}

Timestamp parse_moment(const std::string& text, Timestamp now) {
    if (const auto moment = parse_iso(text)) return *moment;
    try {
        return now - parse_duration(text);
    } catch (const CommandError&) {
        throw CommandError(exit_usage, fmt::format("\"{}\" is not a time", text),
                           "for example 2026-11-21, 2026-11-21T04:20:36Z, or an age: 2h");
    }
}

durable::client::ListFilter FilterArguments::filter() const {
    durable::client::ListFilter filter;
    filter.name_space = name_space;
    if (!tenant.empty()) filter.tenant = durable::Tenant{tenant};
    if (!type.empty()) filter.type = type;
    if (!prefix.empty()) filter.workflow_id_prefix = prefix;
    if (!status.empty()) filter.status = durable::replay::run_status(status);
    if (blocked) filter.blocked = true;
    if (!started_after.empty()) filter.started_after = parse_moment(started_after, local_now());
    if (!started_before.empty()) filter.started_before = parse_moment(started_before, local_now());
    return filter;
}

void add_filter_arguments(CLI::App& app, FilterArguments& filter) {
    app.add_option("--namespace,-n", filter.name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--tenant", filter.tenant, "Only runs of this tenant (the product: organization id)")
        ->type_name("ID");
    app.add_option("--type,-t", filter.type, "Only this workflow type")->type_name("TYPE");
    app.add_option("--prefix", filter.prefix, "Only workflow ids that begin so")->type_name("TEXT");
    app.add_option("--status,-s", filter.status,
                   "running, completed, failed, canceled, timed_out or terminated")
        ->type_name("STATUS")
        ->check(CLI::IsMember({"running", "completed", "failed", "canceled", "timed_out", "terminated"}));
    app.add_flag("--blocked", filter.blocked, "Only runs whose code cannot go on");
    app.add_option("--started-after", filter.started_after, "Time (ISO 8601), or an age: 2h")
        ->type_name("TIME");
    app.add_option("--started-before", filter.started_before, "Time (ISO 8601), or an age: 2h")
        ->type_name("TIME");
}

std::string identity() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host.fill('\0');
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    const bool known =
        ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
    return fmt::format("{}@{}", known ? entry.pw_name : fmt::format("uid {}", ::geteuid()), host.data());
}

}  // namespace callflex::cli
