#pragma once
// The command line in this process: arguments in, what was printed and the exit code out.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace test {

struct Printed {
    int code = 0;
    std::string out;
    std::string err;
    /// Of the whole output; fails the test if it is not JSON.
    [[nodiscard]] nlohmann::json json() const;
    [[nodiscard]] bool has(const std::string& text) const { return out.find(text) != std::string::npos; }
};

/// As if standard output and error were pipes.
[[nodiscard]] Printed callflex(const std::vector<std::string>& arguments);
/// As if they were terminals.
[[nodiscard]] Printed callflex_on_terminal(const std::vector<std::string>& arguments);

/// Sets an environment variable for the rest of its scope ("" removes it).
class Variable {
  public:
    Variable(std::string name, const std::string& value);
    ~Variable();
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    std::string name_;
    std::string before_;
};

}  // namespace test
