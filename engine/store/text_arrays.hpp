#pragma once
// Postgres arrays as text literals, for the verbs that run inside a caller's pqxx transaction (libpqxx 6 has
// no binary arrays). The hot path uses params.hpp instead.

#include <optional>
#include <string>
#include <string_view>

#include "engine/workflow/ids.hpp"

namespace durable::store {

/// Builds `{a,b,...}` element by element.
class TextArray {
  public:
    void add(std::string_view text);
    void add_bytes(std::string_view bytes);
    void add(const Uuid& id);
    void add(std::int64_t number);
    void add(bool flag);
    void add_null();
    /// The literal so far.
    [[nodiscard]] std::string literal() const { return text_ + "}"; }

  private:
    void separate();
    std::string text_ = "{";
};

/// Bytes as the text form of a bytea value: \x6162.
[[nodiscard]] std::string bytea_text(std::string_view bytes);
/// Bytes of a bytea value in text form ("\x6162"). Throws std::invalid_argument for anything else.
[[nodiscard]] std::string bytes_of(std::string_view bytea_text);
/// Throws std::invalid_argument for anything but the printed form.
[[nodiscard]] Uuid uuid_of(std::string_view text);
/// A nullable text parameter for pqxx; valid as long as `text` is.
[[nodiscard]] inline const char* or_null(const std::optional<std::string>& text) {
    return text ? text->c_str() : nullptr;
}

}  // namespace durable::store
