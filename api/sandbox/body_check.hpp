#pragma once
// A JSON body held against what a vendor's API accepts: every problem at once, in VAPI's words.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

/// Looks at one object; the object must outlive the check.
class BodyCheck {
  public:
    /// `path`: "" for the body itself, "model." for a member's members.
    BodyCheck(const nlohmann::json& object, std::vector<std::string>& problems, std::string path = {});

    /// Anything else is refused, as VAPI refuses it.
    BodyCheck& only(const std::vector<std::string>& names);
    BodyCheck& required(const char* name);
    /// When it is there: a text of at most `characters_max`.
    BodyCheck& text(const char* name, std::size_t characters_max = 100'000);
    BodyCheck& one_of(const char* name, const std::vector<std::string>& values);
    BodyCheck& list_of(const char* name, const std::vector<std::string>& values);
    BodyCheck& number(const char* name, double least, double most);
    BodyCheck& boolean(const char* name);
    BodyCheck& object(const char* name);
    BodyCheck& url(const char* name);
    BodyCheck& uuid(const char* name);
    void problem(const std::string& text) { problems_.push_back(path_ + text); }

    /// A member, when it is there and not null.
    [[nodiscard]] const nlohmann::json* find(const char* name) const;

  private:
    const nlohmann::json& object_;
    std::vector<std::string>& problems_;
    std::string path_;
};

[[nodiscard]] bool is_uuid(const std::string& text);
[[nodiscard]] bool is_e164(const std::string& text);
/// UTF-16 code units, as JavaScript counts.
[[nodiscard]] std::size_t script_length(const std::string& text);

/// {"statusCode", "message", "error"}.
[[nodiscard]] Reply vapi_error(int status, const nlohmann::json& message);
/// A text member; "" when absent.
[[nodiscard]] std::string text_member(const nlohmann::json& object, const char* name);
/// A made-up UUID that belongs to this number, version 4 in form.
[[nodiscard]] std::string made_up_uuid(std::uint64_t kind, std::uint64_t number);

}  // namespace callflex::sandbox
