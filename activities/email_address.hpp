#pragma once
// Whether a text may be an e-mail address: one "@", a host with a dot, no white space or control characters.
// Whether somebody reads there only a message can show.

#include <algorithm>
#include <string_view>

namespace callflex {

[[nodiscard]] constexpr bool is_email_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    const std::string_view host = text.substr(at + 1);
    if (host.find('@') != std::string_view::npos) return false;
    const auto dot = host.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == host.size()) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != ',' && c != ';' && c != '<' && c != '>' && c != '"';
    });
}

}  // namespace callflex
