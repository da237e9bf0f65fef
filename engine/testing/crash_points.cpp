#include "engine/testing/crash_points.hpp"

#include <array>
#include <map>

#include "durable_testing_sql.hpp"
#include "engine/store/check.hpp"
#include "engine/testing/breaking_host.hpp"

namespace durable::testing {
namespace {

struct Effects {
    int activities = 0;  ///< for which a fake did its work
    int most = 0;        ///< times for one of them
    bool once = false;   ///< more than once is never allowed
};

/// What a scenario has left behind.
struct Aftermath {
    std::map<std::string, std::string> ends;  ///< workflow id -> how it ended
    std::map<std::string, Effects> effects;   ///< by activity
    std::string violations;
};

std::string end_of(const client::RunResult& ended, bool with_result) {
    std::string text{replay::to_string(ended.status)};
    if (with_result && ended.status == replay::RunStatus::completed) text += " with " + ended.result.json;
    return text;
}

std::map<std::string, std::string> ends_of(TestEnvironment& env, bool with_result) {
    std::vector<std::pair<std::string, std::string>> first_runs;
    {
        pqxx::nontransaction reader{env.database().owner()};
        for (const auto& row : reader.exec(std::string{sql::first_runs})) {
            first_runs.emplace_back(row[0].as<std::string>(), row[1].as<std::string>());
        }
    }
    std::map<std::string, std::string> ends;
    for (const auto& [run, workflow_id] : first_runs) {
        const RunId id{*Uuid::parse(run)};
        const bool open = env.database().look(id).open;
        std::string& text = ends[workflow_id];
        text += (text.empty() ? "" : ", then ") + (open ? "open" : end_of(env.outcome(id), with_result));
    }
    return ends;
}

std::map<std::string, Effects> effects_of(TestEnvironment& env) {
    pqxx::nontransaction reader{env.database().owner()};
    std::map<std::string, Effects> effects;
    for (const auto& row : reader.exec(std::string{sql::effects})) {
        effects[row[0].as<std::string>()] = {row[1].as<int>(), row[2].as<int>(), row[3].as<bool>()};
    }
    return effects;
}

std::string violations_of(TestEnvironment& env) {
    std::string text;
    for (const auto& line : store::check(env.database().owner())) {
        if (line.violated == 0) continue;
        text += line.id + " " + line.sentence;
        for (const auto& example : line.examples) text += "\n    " + example;
        text += "\n";
    }
    return text;
}

/// One run of the scenario, with a worker that breaks.
class Trial {
  public:
    Trial(const Scenario& scenario, const CrashOptions& options, Break at) : at_(at) {
        auto host = std::make_unique<BreakingHost>(at);
        watch_ = host->watch();
        TestEnvironment env{std::move(host)};
        try {
            scenario(env);
            env.settle();
            aftermath_ = {ends_of(env, options.compare_results), effects_of(env), violations_of(env)};
        } catch (const std::exception& error) {
            if (at.boundary == 0) throw;
            throw TestFailure(place() + ": " + error.what());
        }
    }
    [[nodiscard]] const Aftermath& aftermath() const { return aftermath_; }
    [[nodiscard]] int boundaries() const { return boundaries_passed(*watch_); }
    [[nodiscard]] bool did_break() const { return broke(*watch_); }

    /// Throws unless everything is as in the unbroken run.
    void must_be_like(const Aftermath& unbroken) const {
        if (!aftermath_.violations.empty()) fail("the database is not sound:\n" + aftermath_.violations);
        for (const auto& [workflow_id, end] : unbroken.ends) {
            const auto found = aftermath_.ends.find(workflow_id);
            const std::string here = found == aftermath_.ends.end() ? "was never started" : found->second;
            if (here != end) fail(workflow_id + ": " + here + "; unbroken: " + end);
        }
        if (aftermath_.ends.size() > unbroken.ends.size())
            fail("there are more runs than in the unbroken world");
        for (const auto& [activity, effects] : unbroken.effects) must_have_effects(activity, effects);
        if (aftermath_.effects.size() > unbroken.effects.size())
            fail("an activity ran that unbroken did not run");
    }

  private:
    void must_have_effects(const std::string& activity, const Effects& unbroken) const {
        const auto found = aftermath_.effects.find(activity);
        const Effects here = found == aftermath_.effects.end() ? Effects{} : found->second;
        if (here.activities != unbroken.activities) {
            fail(activity + " had its effect for " + std::to_string(here.activities) +
                 " activities; unbroken: " + std::to_string(unbroken.activities));
        }
        // A worker that is killed under an attempt may leave an effect that nobody has heard of.
        const bool may_repeat = at_.how != Break::How::answer_lost && !unbroken.once;
        const int allowed = unbroken.most + (may_repeat ? 1 : 0);
        if (here.most > allowed) {
            fail(activity + " had its effect " + std::to_string(here.most) +
                 " times for one activity; allowed: " + std::to_string(allowed));
        }
    }
    [[nodiscard]] std::string place() const {
        const std::string statement = broken_statement(*watch_);
        return to_string(at_) + (statement.empty() ? "" : " (" + statement + ")");
    }
    [[noreturn]] void fail(const std::string& what) const { throw TestFailure(place() + ": " + what); }

    Break at_;
    std::shared_ptr<const BreakingHost::Watch> watch_;
    Aftermath aftermath_;
};

std::vector<Break::How> ways_for(int boundary, Ways ways) {
    using How = Break::How;
    constexpr std::array all{How::killed_before, How::killed_after, How::answer_lost};
    if (ways == Ways::in_turns) return {all.at(static_cast<std::size_t>(boundary) % all.size())};
    return {all.begin(), all.end()};
}

}  // namespace

CrashReport every_crash_point(const Scenario& scenario, const CrashOptions& options) {
    const Trial unbroken{scenario, options, Break{}};
    if (!unbroken.aftermath().violations.empty()) {
        throw TestFailure("unbroken: the database is not sound:\n" + unbroken.aftermath().violations);
    }
    CrashReport report{.boundaries = unbroken.boundaries()};
    if (report.boundaries < options.boundaries_min) {
        throw TestFailure("the scenario has " + std::to_string(report.boundaries) +
                          " commit boundaries: does it start a run and wait for its end?");
    }
    for (int boundary = 1; boundary <= report.boundaries; ++boundary) {
        for (const Break::How how : ways_for(boundary, options.ways)) {
            const Trial trial{scenario, options, {boundary, how}};
            trial.must_be_like(unbroken.aftermath());
            report.broken += trial.did_break() ? 1 : 0;
        }
    }
    return report;
}

}  // namespace durable::testing
