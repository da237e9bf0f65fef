#include "api/config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace callflex::config {
namespace {

struct Place {
    std::filesystem::path file;
    bool must_exist;
};

Place place_of(const std::filesystem::path& given) {
    if (!given.empty()) return {given, true};
    const char* named = std::getenv("CALLFLEX_CONFIG");
    if (named != nullptr && *named != '\0') return {named, true};
    return {default_file, false};
}

}  // namespace

std::string Problem::text() const {
    std::string where = place;
    if (!name.empty()) where += (where.empty() ? "" : ": ") + name;
    return where + ": " + what;
}

Settings Settings::load(const std::filesystem::path& file) {
    const Place place = place_of(file);
    Gathered document = from_configuration_file(place.file, place.must_exist);
    Gathered environment = from_environment();
    Settings settings;
    std::error_code unknown;
    if (std::filesystem::exists(place.file, unknown)) settings.file_ = place.file;
    settings.values_ = std::move(environment.values);
    settings.values_.merge(document.values);
    settings.problems_ = std::move(document.problems);
    std::ranges::move(environment.problems, std::back_inserter(settings.problems_));
    return settings;
}

std::optional<Setting> Settings::find(std::string_view variable) const {
    const auto problem = std::ranges::find(problems_, variable, &Problem::variable);
    if (problem != problems_.end()) throw Unusable(problem->text());
    return peek(variable);
}

std::optional<Setting> Settings::peek(std::string_view variable) const {
    const auto found = values_.find(variable);
    return found == values_.end() ? std::nullopt : std::optional{found->second};
}

std::string Settings::text(std::string_view variable) const {
    const auto setting = find(variable);
    return setting ? setting->value : std::string{find_variable(variable)->standard};
}

int Settings::number(std::string_view variable) const {
    return std::stoi(text(variable));
}

std::function<std::optional<std::string>(std::string_view)> Settings::environment() const {
    return [this](std::string_view variable) -> std::optional<std::string> {
        const auto found = values_.find(variable);
        return found == values_.end() ? std::nullopt : std::optional{found->second.value};
    };
}

std::vector<Problem> Settings::problems_of_file() const {
    std::vector<Problem> problems;
    std::ranges::copy_if(problems_, std::back_inserter(problems), &Problem::of_file);
    return problems;
}

Problem Settings::problem_with(const std::string& variable, const std::string& what) const {
    const auto found = values_.find(variable);
    const Key* const key = find_variable(variable);
    const bool in_file = key != nullptr && found != values_.end() && !file_.empty() &&
                         found->second.source.starts_with(file_.string() + ":");
    if (in_file) return {found->second.source, full_name(*key), what, variable, true};
    return {"", variable, what, variable};
}

std::string in_lines(std::span<const Problem> problems) {
    std::string text;
    for (const Problem& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
    return text;
}

}  // namespace callflex::config
