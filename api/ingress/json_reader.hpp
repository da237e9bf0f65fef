#pragma once
// Reads members of a JSON document with the path to each, so that a refusal can say where.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workflow/time.hpp"

namespace callflex::ingress {

/// "message.artifact.messages[3].message: expected string, found number"
class FieldError : public std::runtime_error {
  public:
    FieldError(const std::string& path, std::string_view problem);
};

/// A view of one value; the document must outlive it. A missing or null member reads as absent.
class JsonReader {
  public:
    explicit JsonReader(const nlohmann::json& document) : node_{&document} {}

    /// The member, absent when it is missing; throws FieldError when it is there and not an object.
    [[nodiscard]] JsonReader object(const char* name) const;
    [[nodiscard]] bool has_object(const char* name) const;
    /// The member as it is; null when it is missing or null.
    [[nodiscard]] const nlohmann::json* raw(const char* name) const { return member(name); }
    /// Text that a column can hold.
    [[nodiscard]] std::optional<std::string> text(const char* name) const;
    [[nodiscard]] std::optional<double> number(const char* name) const;
    /// An RFC 3339 string, or epoch milliseconds.
    [[nodiscard]] std::optional<durable::Timestamp> time(const char* name) const;
    /// The elements, each an object; none when the member is missing.
    [[nodiscard]] std::vector<JsonReader> objects(const char* name) const;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    JsonReader(const nlohmann::json* node, std::string path) : node_{node}, path_{std::move(path)} {}
    [[nodiscard]] const nlohmann::json* member(const char* name) const;
    [[nodiscard]] std::string path_to(const char* name) const;

    const nlohmann::json* node_ = nullptr;  ///< null: absent
    std::string path_;
};

}  // namespace callflex::ingress
