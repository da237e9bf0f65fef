#pragma once
// Statement parameters for set-based statements: one Postgres array (as its text literal) a column.

#include <string>
#include <string_view>

namespace callflex::ingress {

class Column {
  public:
    void add(std::string_view text);
    void add_null();
    /// Null when empty.
    void add_or_null(std::string_view text) { text.empty() ? add_null() : add(text); }
    void add_bytes(std::string_view bytes);
    void add(std::int64_t number);
    void add(bool flag);
    [[nodiscard]] std::string literal() const { return text_ + "}"; }

  private:
    void separate();
    std::string text_ = "{";
};

/// bytea in its text form: \x6162.
[[nodiscard]] std::string bytea_text(std::string_view bytes);

}  // namespace callflex::ingress
