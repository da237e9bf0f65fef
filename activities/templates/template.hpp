#pragma once
// A template: the assistant of one trade, with {{variables}} that a business fills in. Rows of app.templates
// (schema/app/0006_templates.sql) as values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callflex::templates {

/// What a variable holds, and so how it is checked and how it is said.
enum class VariableKind : std::uint8_t {
    text,         ///< one line
    textarea,     ///< several lines
    phone,        ///< E.164; said in groups of digits
    email,        ///< one address; said with "at" and "dot"
    hours,        ///< an object as in activities/business_hours.hpp; said as a sentence
    select,       ///< one of the options
    multiselect,  ///< some of the options, as a list
};
[[nodiscard]] std::string_view name(VariableKind kind);

struct Variable {
    std::string name;  ///< as in {{name}}
    VariableKind kind = VariableKind::text;
    std::string title;  ///< what a form shows
    std::string description;
    bool required = false;
    std::optional<std::string> default_json;  ///< JSON text of a value of this kind
    std::vector<std::string> options;         ///< of select and multiselect
    std::size_t length_max = 500;             ///< characters, of text and textarea
};

struct Template {
    std::string slug;
    std::string industry;
    std::string name;
    std::string description;
    std::string system_prompt;  ///< with placeholders
    std::string first_message;  ///< likewise
    std::vector<Variable> variables;
    std::string voice_json;  ///< "{}": the default voice
    std::string model;       ///< "": the configured default
    std::vector<std::string> functions;
};

/// Every reason why the input cannot be used, not only the first: a line each, beginning with the path or the
/// name of the variable. Values are not quoted.
class TemplateError : public std::exception {
  public:
    explicit TemplateError(std::vector<std::string> problems);
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
    /// All of them, one a line.
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

  private:
    std::vector<std::string> problems_;
    std::string text_;
};

}  // namespace callflex::templates
