#pragma once
// What workflow code may refer to. Two lists, both read and reviewed by people:
//
//   families.txt   forbid | <family> | <regular expression> | <what to use instead>
//   allowed.txt    allow  | <regular expression> | <why it is harmless>
//                  except | <who refers to it> | <regular expression> | <why it is harmless there>
//
// Expressions are POSIX extended ones, searched in readable names ("std::chrono::_V2::system_clock::now()"). A symbol
// from outside that is in neither list is a finding as well: nothing is harmless until somebody has said so.

#include <regex.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace durable::gate {

/// Why a symbol must not be reached.
struct Objection {
    std::string family;   ///< "clock"; "unknown" when no list has it
    std::string instead;  ///< what the author should do
};

/// A compiled expression.
class Pattern {
  public:
    /// Throws GateError, which begins with `where`.
    Pattern(const std::string& expression, const std::string& where);
    [[nodiscard]] bool found_in(const std::string& text) const;

  private:
    std::shared_ptr<regex_t> compiled_;
};

class Rules {
  public:
    /// Reads both files' format from any number of files. Throws GateError naming file and line.
    explicit Rules(const std::vector<std::string>& files);

    /// By its readable name. `external`: it is not among the code that is looked at, so it must be allowed.
    [[nodiscard]] std::optional<Objection> object_to(const std::string& symbol, bool external) const;
    /// Whether `from` may refer to it all the same.
    [[nodiscard]] bool excepted(const std::string& symbol, const std::string& from) const;
    [[nodiscard]] std::vector<std::string> families() const;  ///< in order of their first rule

  private:
    struct Family {
        std::string name;
        Pattern pattern;
        std::string instead;
    };
    struct Exception {
        Pattern from;
        Pattern pattern;
    };
    void read(const std::string& file);
    void add(const std::vector<std::string>& columns, const std::string& where);

    std::vector<Family> families_;
    std::vector<Pattern> allowed_;
    std::vector<Exception> exceptions_;
};

}  // namespace durable::gate
