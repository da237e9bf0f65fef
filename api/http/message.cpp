#include "api/http/message.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace callflex::http::inline server {

namespace {

bool printable(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u < 0x20 || u == 0x7f;
    });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    const bool name_ok =
        !name.empty() && printable(name) && name.find_first_of(" :") == std::string_view::npos;
    if (!name_ok || !printable(value)) {
        throw std::invalid_argument{"a response field holds a control character or its name is not a token"};
    }
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view RequestHead::field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
    return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

std::size_t RequestHead::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count(fields, name, &Fields::value_type::first));
}

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

Response json(unsigned status, std::string body) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

Response problem(unsigned status, std::string_view detail, std::string_view request_id) {
    const nlohmann::ordered_json body{{"type", "about:blank"},
                                      {"title", reason_phrase(status)},
                                      {"status", status},
                                      {"detail", detail},
                                      {"request_id", request_id}};
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return response;
}

std::string serialize(const Response& response, std::string_view request_id, bool keep_alive) {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    out.reserve(out.size() + response.body.size() + 256);
    const bool has_content = response.status != 204;
    if (has_content) append_field(out, "Content-Type", response.content_type);
    if (response.stream) {
        append_field(out, "Transfer-Encoding", "chunked");
    } else if (has_content) {
        append_field(out, "Content-Length", std::to_string(response.body.size()));
    }
    append_field(out, "X-Request-Id", request_id);
    append_field(out, "Cache-Control", "no-store");
    if (!keep_alive) append_field(out, "Connection", "close");
    for (const auto& [name, value] : response.fields) append_field(out, name, value);
    out.append("\r\n");
    if (!response.stream) out.append(response.body);
    return out;
}

}  // namespace callflex::http::inline server
