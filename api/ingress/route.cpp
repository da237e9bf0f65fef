#include "api/ingress/route.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace callflex::ingress {

namespace {

/// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type(std::string_view content_type) {
    std::string lower{content_type.substr(0, content_type.find(';'))};
    while (lower.ends_with(' ')) lower.pop_back();
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

}  // namespace

std::string_view last_segment(std::string_view path, std::string_view prefix) {
    if (!path.starts_with(prefix)) return {};
    const std::string_view rest = path.substr(prefix.size());
    return rest.find('/') == std::string_view::npos ? rest : std::string_view{};
}

std::optional<http::Response> refuse_head(const Route& route, const http::RequestHead& head,
                                          std::string_view request_id) {
    if (head.method != route.method()) {
        http::Response response =
            http::problem(405, fmt::format("This path takes {}.", route.method()), request_id);
        response.fields.emplace_back("Allow", route.method());
        return response;
    }
    if (route.content() == Route::Content::none) return std::nullopt;
    if (head.count("content-encoding") != 0) {
        return http::problem(415, "Compressed bodies are not accepted.", request_id);
    }
    const std::string_view wanted =
        route.content() == Route::Content::json ? "application/json" : "application/x-www-form-urlencoded";
    if (head.count("content-type") != 1 || media_type(head.field("content-type")) != wanted) {
        return http::problem(415, fmt::format("The Content-Type must be {}.", wanted), request_id);
    }
    return std::nullopt;
}

}  // namespace callflex::ingress
