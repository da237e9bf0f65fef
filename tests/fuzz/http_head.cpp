// The head of a request as the ingress judges it. What is accepted can be understood in one way only: written out
// again it is the same head, Beast's parser frames the body alike, and arriving in pieces changes nothing.

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "api/http/strict_head.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace http = callflex::http;
namespace beast = boost::beast;

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

std::string written(const http::RequestHead& head) {
    std::string out = head.method + " " + head.path;
    if (!head.query.empty()) out += "?" + head.query;
    out += " HTTP/1." + std::to_string(head.minor_version) + "\r\n";
    for (const auto& [name, value] : head.fields) out += name + ": " + value + "\r\n";
    return out + "\r\n";
}

void check_values(const http::RequestHead& head, const http::Limits& limits) {
    fuzz::expect(head.path.starts_with('/'), "a target is a path");
    fuzz::expect(head.path.size() + head.query.size() <= limits.target_bytes, "targets are bounded");
    fuzz::expect(head.fields.size() <= limits.header_fields, "fields are bounded");
    fuzz::expect(head.count("host") == 1, "there is one Host");
    fuzz::expect(!(head.chunked && head.has_length), "there is one framing");
    for (const auto& [name, value] : head.fields)
        fuzz::expect(!has_control(name) && !has_control(value), "no field holds a control character");
}

void check_written_again(const http::RequestHead& head, const http::Limits& limits) {
    const std::string again = written(head);
    const auto parsed = http::parse_head(again, limits);
    const auto* same = std::get_if<http::RequestHead>(&parsed);
    fuzz::expect(same != nullptr, "what was accepted is accepted again");
    fuzz::expect(same->path == head.path && same->query == head.query && same->fields == head.fields &&
                     same->chunked == head.chunked && same->content_length == head.content_length &&
                     same->keep_alive == head.keep_alive,
                 "what was accepted means the same again");
}

void check_against_beast(std::string_view bytes, const http::RequestHead& head) {
    beast::http::request_parser<beast::http::string_body> parser;
    parser.header_limit(1U << 20U);
    parser.body_limit(boost::none);
    beast::error_code error;
    parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (!parser.is_header_done()) return;  // refused by the second look
    fuzz::expect(parser.chunked() == head.chunked, "both parsers agree on chunks");
    const auto length = parser.content_length();
    fuzz::expect(length.has_value() == head.has_length, "both parsers agree that there is a length");
    fuzz::expect(!head.has_length || *length == head.content_length, "both parsers agree on the length");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const http::Limits limits;
    const std::string_view received = fuzz::text(data, size);
    std::size_t complete = 0;
    if (http::scan_head(received, limits, complete) || complete == 0) return 0;
    fuzz::expect(complete <= size && received.substr(0, complete).ends_with("\r\n\r\n"),
                 "a head ends with an empty line");
    const std::string_view bytes = received.substr(0, complete);
    const auto parsed = http::parse_head(bytes, limits);
    const auto* head = std::get_if<http::RequestHead>(&parsed);
    if (head == nullptr) return 0;
    for (const std::size_t part : {complete / 3, complete / 2, complete - 1}) {
        std::size_t early = 0;
        fuzz::expect(!http::scan_head(bytes.substr(0, part), limits, early) && early == 0,
                     "the beginning of a good head is not refused");
    }
    check_values(*head, limits);
    check_written_again(*head, limits);
    check_against_beast(bytes, *head);
    return 0;
}
