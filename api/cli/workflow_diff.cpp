#include <fmt/format.h>

#include <algorithm>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

namespace history = durable::history;

struct DiffArguments {
    std::string left;
    std::string right;
    std::string name_space = "default";
    int context = 3;
    bool shape = false;
};

struct Line {
    int event = 0;
    std::string kind;
    Json fields;
    bool operator==(const Line& other) const { return kind == other.kind && fields == other.fields; }
};

/// What two runs of the same code may differ in without having done anything else: names, ids, places, moments.
void leave_out_what_is_of_the_run(const std::string& kind, Json& fields) {
    for (const char* name :
         {"source", "due", "run", "run_deadline", "request_id", "attempts", "scheduled_for"}) {
        fields.erase(name);
    }
    if (kind == "WorkflowStarted") {
        for (const char* name : {"workflow_id", "continued_from", "parent", "forked"}) fields.erase(name);
    }
}

/// Of an event what was done, without the values it was done with.
Json shape_of(const Json& fields) {
    Json shape = Json::object();
    for (const char* name : {"type", "name", "key", "scheduled", "started", "initiated"}) {
        if (fields.contains(name)) shape[name] = fields.at(name);
    }
    return shape;
}

std::vector<Line> lines_of(Session& session, const std::string& name, const DiffArguments& arguments) {
    const auto run = session.client().resolve(RunArgument{name, arguments.name_space, false}.ref());
    if (!run) throw durable::client::NotFound("there is no run or workflow " + name);
    std::vector<Line> lines;
    for (const auto& activation : session.client().history(*run)) {
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const auto& event : *events) {
                Line line{static_cast<int>(lines.size()) + 1, std::string{history::kind_name(event)},
                          fields_of(event)};
                leave_out_what_is_of_the_run(line.kind, line.fields);
                if (arguments.shape) line.fields = shape_of(line.fields);
                lines.push_back(std::move(line));
            }
        }
    }
    return lines;
}

std::string text_of(const Line* line) {
    constexpr std::size_t column = 60;
    if (line == nullptr) return "–";
    return cut(
        fmt::format("{} {}", line->kind, line->fields.dump(-1, ' ', false, Json::error_handler_t::replace)),
        column);
}

const Line* line_at(const std::vector<Line>& lines, std::size_t place) {
    return place < lines.size() ? &lines[place] : nullptr;
}

/// Names of the members in which two events of one kind differ.
std::string differing(const Line& left, const Line& right) {
    std::string names;
    for (const auto& [name, value] : left.fields.items()) {
        const bool same = right.fields.contains(name) && right.fields.at(name) == value;
        if (!same) names += (names.empty() ? "" : ", ") + name;
    }
    for (const auto& [name, value] : right.fields.items()) {
        if (!left.fields.contains(name)) names += (names.empty() ? "" : ", ") + name;
    }
    return names;
}

void print_sides(const Session& session, const DiffArguments& arguments, const std::vector<Line>& left,
                 const std::vector<Line>& right, std::size_t place) {
    Table table({"EVENT", arguments.left, arguments.right});
    const auto context = static_cast<std::size_t>(arguments.context);
    const std::size_t from = place > context ? place - context : 0;
    const std::size_t until = std::min(std::max(left.size(), right.size()), place + context + 1);
    for (std::size_t i = from; i < until; ++i) {
        const Line* const a = line_at(left, i);
        const Line* const b = line_at(right, i);
        const bool same = a != nullptr && b != nullptr && *a == *b;
        const Color color = same ? Color::dim : i == place ? Color::red : Color::yellow;
        table.add({{std::to_string(i + 1), color}, {text_of(a), color}, {text_of(b), color}});
    }
    table.print(session.out(), session.style());
}

Json side(const Line* line) {
    if (line == nullptr) return nullptr;
    return Json{{"kind", line->kind}, {"fields", line->fields}};
}

int diff(Session& session, const DiffArguments& arguments) {
    const auto left = lines_of(session, arguments.left, arguments);
    const auto right = lines_of(session, arguments.right, arguments);
    std::size_t place = 0;
    while (place < left.size() && place < right.size() && left[place] == right[place]) ++place;
    const bool same = place == left.size() && place == right.size();
    if (!session.for_people()) {
        Json json{{"same", same}, {"events", {left.size(), right.size()}}};
        if (!same) {
            json["first_difference"] = place + 1;
            json["sides"] = Json::array({side(line_at(left, place)), side(line_at(right, place))});
        }
        session.print_json(json);
    } else if (same) {
        session.out() << session.style()(Color::green, "the same")
                      << fmt::format("  {} events\n", left.size());
    } else {
        print_sides(session, arguments, left, right, place);
        const Line* const a = line_at(left, place);
        const Line* const b = line_at(right, place);
        if (a != nullptr && b != nullptr && a->kind == b->kind) {
            session.out() << fmt::format("event {} differs in {}\n", place + 1, harmless(differing(*a, *b)));
        } else {
            session.out() << fmt::format("the histories part at event {}\n", place + 1);
        }
    }
    return same ? exit_ok : exit_failed;
}

}  // namespace

void define_workflow_diff(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DiffArguments>();
    app.add_option("LEFT", arguments->left, "Run id, or workflow id")->required();
    app.add_option("RIGHT", arguments->right, "Run id, or workflow id")->required();
    app.add_option("--namespace,-n", arguments->name_space, "Namespace of the workflow ids")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_flag("--shape", arguments->shape,
                 "Only what was done, of which type: not with which inputs, results and options");
    app.add_option("--context", arguments->context, "Events shown before and after")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000));
    manual(app,
           "Compares two histories, event by event, and shows side by side where they part. Ids, moments, "
           "numbers of "
           "attempts and source lines do not count. Exit code 0: they are the same, 1: they differ. JSON: "
           "{same, events: "
           "[left, right], first_difference?, sides?: [{kind, fields}, …]}.",
           {{"callflex workflow diff call-processing-7 call-processing-8 --shape",
             "two calls: where did one take another way?"},
            {"callflex workflow diff $BEFORE $AFTER", "by run ids: what did the reset change?"}});
    app.callback([arguments, &session] { session.exit_code = diff(session, *arguments); });
}

}  // namespace callflex::cli
