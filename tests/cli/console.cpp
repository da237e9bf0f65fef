#include "tests/cli/console.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>

#include "api/cli/run.hpp"

namespace test {
namespace {

void set(const std::string& name, const std::string& value) {
    if (value.empty()) {
        ::unsetenv(name.c_str());
    } else {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
}

/// What is installed on this machine is not meant.
void without_installed_configuration() {
    if (std::getenv("CALLFLEX_CONFIG") == nullptr) set("CALLFLEX_CONFIG", "/dev/null");
}

Printed run(const std::vector<std::string>& arguments, bool terminal) {
    without_installed_configuration();
    std::ostringstream out;
    std::ostringstream err;
    const int code = callflex::cli::run(arguments, {out, err, terminal, terminal}, CALLFLEX_BINARY);
    return {code, out.str(), err.str()};
}

}  // namespace

nlohmann::json Printed::json() const {
    INFO(out << err);
    const auto parsed = nlohmann::json::parse(out, nullptr, false);
    REQUIRE_FALSE(parsed.is_discarded());
    return parsed;
}

Printed callflex(const std::vector<std::string>& arguments) {
    return run(arguments, false);
}
Printed callflex_on_terminal(const std::vector<std::string>& arguments) {
    return run(arguments, true);
}

Variable::Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    const char* before = std::getenv(name_.c_str());
    before_ = before == nullptr ? "" : before;
    set(name_, value);
}
Variable::~Variable() {
    set(name_, before_);
}

}  // namespace test
