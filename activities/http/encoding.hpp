#pragma once
// The small encodings that vendors' APIs are made of. Pure.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callflex::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Everything but letters, digits and -._~ becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// application/x-www-form-urlencoded, in the given order; a blank becomes '+'. Also fits a query string.
[[nodiscard]] std::string form_encode(const Fields& fields);

/// Standard alphabet, padded.
[[nodiscard]] std::string base64(std::string_view bytes);

/// Value of an Authorization header: "Basic <base64 of user:password>".
[[nodiscard]] std::string basic_authorization(std::string_view user, std::string_view password);

/// Lower-case hexadecimal SHA-256.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// SHA-256 of bytes that come in pieces.
class Sha256 {
  public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();

    void update(std::string_view bytes);
    /// Lower-case hexadecimal. The object may not be used afterwards.
    [[nodiscard]] std::string finish();

  private:
    void* context_;
};

}  // namespace callflex::http
