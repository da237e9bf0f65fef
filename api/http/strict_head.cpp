#include "api/http/strict_head.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>

namespace callflex::http::inline server {

namespace {

bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes one line, without its CRLF, from the front.
std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

std::optional<Refusal> parse_request_line(std::string_view line, const Limits& limits, RequestHead& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return Refusal{400, "The request line is malformed."};
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(method)) return Refusal{400, "The method is not a token."};
    if (target.size() > limits.target_bytes) {
        return Refusal{414, fmt::format("The request target is longer than {} bytes.", limits.target_bytes)};
    }
    const bool visible = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; });
    if (target.empty() || target.front() != '/' || !visible) {
        return Refusal{400, "The request target must be a path beginning with '/'."};
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        const bool http = version.starts_with("HTTP/");
        return Refusal{http ? 505U : 400U, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
    }
    const auto question = target.find('?');
    head.method = method;
    head.path = target.substr(0, question);
    head.query = question == std::string_view::npos ? "" : std::string{target.substr(question + 1)};
    head.minor_version = version.back() - '0';
    return std::nullopt;
}

std::optional<Refusal> parse_field(std::string_view line, RequestHead& head) {
    if (line.front() == ' ' || line.front() == '\t')
        return Refusal{400, "Folded header fields are not accepted."};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return Refusal{400, "A header field's name is malformed."};
    }
    const std::string_view value = trim(line.substr(colon + 1));
    const bool clean = std::ranges::all_of(value, [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return (u >= 0x20 && u != 0x7f) || c == '\t';
    });
    if (!clean) return Refusal{400, "A header field's value holds a control character."};
    head.fields.emplace_back(lower(line.substr(0, colon)), value);
    return std::nullopt;
}

std::optional<Refusal> judge_host(const RequestHead& head) {
    if (head.count("host") != 1) return Refusal{400, "Exactly one Host field is required."};
    const std::string_view host = head.field("host");
    const bool clean = std::ranges::all_of(
        host, [](char c) { return is_token_char(c) || c == ':' || c == '[' || c == ']'; });
    if (host.empty() || !clean) return Refusal{400, "The Host field is not a host."};
    return std::nullopt;
}

std::optional<Refusal> judge_framing(RequestHead& head) {
    const std::size_t lengths = head.count("content-length");
    const std::size_t encodings = head.count("transfer-encoding");
    if (lengths > 1 || encodings > 1)
        return Refusal{400, "Content-Length or Transfer-Encoding is given twice."};
    if (lengths == 1 && encodings == 1) {
        return Refusal{400, "Content-Length and Transfer-Encoding exclude each other."};
    }
    if (encodings == 1) {
        if (head.minor_version == 0) return Refusal{400, "Transfer-Encoding does not exist in HTTP/1.0."};
        if (lower(head.field("transfer-encoding")) != "chunked") {
            return Refusal{400, "The only Transfer-Encoding accepted is chunked."};
        }
        head.chunked = true;
    }
    if (lengths == 1) {
        const std::string_view text = head.field("content-length");
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), head.content_length);
        if (!is_digits(text) || error != std::errc{} || end != text.data() + text.size()) {
            return Refusal{400, "Content-Length is not a number."};
        }
        head.has_length = true;
    }
    return std::nullopt;
}

std::optional<Refusal> judge_connection(RequestHead& head) {
    const std::string connection = lower(head.field("connection"));
    const bool close = connection.find("close") != std::string::npos;
    const bool keep = connection.find("keep-alive") != std::string::npos;
    head.keep_alive = head.minor_version == 1 ? !close : keep && !close;
    if (head.count("upgrade") != 0) return Refusal{400, "Protocol upgrades are not offered."};
    if (head.count("expect") == 0) return std::nullopt;
    if (lower(head.field("expect")) != "100-continue" || head.count("expect") > 1) {
        return Refusal{417, "The only expectation met here is 100-continue."};
    }
    head.expects_continue = head.minor_version == 1;
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> scan_head(std::string_view received, const Limits& limits, std::size_t& complete) {
    complete = 0;
    const auto end = received.find("\r\n\r\n");
    const std::string_view seen = received.substr(0, end == std::string_view::npos ? end : end + 4);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const char c = seen[i];
        const bool bare_feed = c == '\n' && (i == 0 || seen[i - 1] != '\r');
        const bool bare_return = c == '\r' && i + 1 < seen.size() && seen[i + 1] != '\n';
        if (c == '\0' || bare_feed || bare_return) {
            return Refusal{400, "Lines of a request head end with CR LF and hold no NUL."};
        }
    }
    if (seen.starts_with("\r\n")) return Refusal{400, "The request line is missing."};
    const auto first_line = seen.find("\r\n");
    const bool long_line = std::min(first_line, seen.size()) > limits.target_bytes + 64;
    if (long_line)
        return Refusal{414, fmt::format("The request target is longer than {} bytes.", limits.target_bytes)};
    if (seen.size() > limits.header_bytes) {
        return Refusal{431, fmt::format("The request head is longer than {} bytes.", limits.header_bytes)};
    }
    if (end != std::string_view::npos) complete = end + 4;
    return std::nullopt;
}

std::variant<RequestHead, Refusal> parse_head(std::string_view head, const Limits& limits) {
    RequestHead out;
    if (auto refusal = parse_request_line(take_line(head), limits, out)) return *refusal;
    while (head != "\r\n") {
        if (out.fields.size() == limits.header_fields) {
            return Refusal{431, fmt::format("More than {} header fields.", limits.header_fields)};
        }
        if (auto refusal = parse_field(take_line(head), out)) return *refusal;
    }
    if (auto refusal = judge_host(out)) return *refusal;
    if (auto refusal = judge_framing(out)) return *refusal;
    if (auto refusal = judge_connection(out)) return *refusal;
    return out;
}

}  // namespace callflex::http::inline server
