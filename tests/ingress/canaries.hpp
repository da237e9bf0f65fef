#pragma once
// Secrets that are looked for everywhere after a day's work: random ones, so that whatever finds one has found a leak.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace test {

class Canaries {
  public:
    /// 32 random bytes in hexadecimal: a token as vendors hand them out.
    std::string token(const std::string& name);
    /// A master key: 32 random bytes in base64.
    std::string key(const std::string& name);
    /// A secret that the product has made itself.
    void add(const std::string& name, const std::string& value);

    /// The canaries that a text shows: as they are, as base64, as hexadecimal, or a third of one.
    [[nodiscard]] std::vector<std::string> found_in(std::string_view text) const;

  private:
    std::map<std::string, std::vector<std::string>> traces_;  ///< by name: what may not be seen
};

}  // namespace test
