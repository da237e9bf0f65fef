#include "api/sandbox/s3.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <sstream>

namespace callflex::sandbox {
namespace {

constexpr const char* access_key = "sandbox-key";
constexpr const char* secret = "sandbox-secret";

Reply error(int status, const std::string& code) {
    Reply reply;
    reply.status = status;
    reply.content_type = "application/xml";
    reply.body =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code></Error>", code);
    return reply;
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return text;
}

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    return {digest.begin(), digest.begin() + size};
}

/// The path as it was signed: encoded, but for its slashes.
std::string encoded(const std::string& path) {
    std::string text;
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view{"/-._~"}.find(c) != std::string_view::npos;
        text += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return text;
}

/// The value of one part of "AWS4-HMAC-SHA256 Credential=..,SignedHeaders=..,Signature=..".
std::string part(const std::string& header, const std::string& name) {
    const auto at = header.find(name + "=");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 1;
    return header.substr(begin, header.find_first_of(", ", begin) - begin);
}

/// The signature that this request should have, by what it says of itself.
std::string expected_signature(const Ask& ask, const std::string& scope, const std::string& signed_headers) {
    std::string lines;
    std::istringstream names{signed_headers};
    for (std::string name; std::getline(names, name, ';');) lines += name + ':' + ask.header(name) + '\n';
    const std::string canonical = fmt::format("{}\n/s3{}\n\n{}\n{}\n{}", ask.method, encoded(ask.path), lines,
                                              signed_headers, ask.header("x-amz-content-sha256"));
    const std::string text =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", ask.header("x-amz-date"), scope, sha256(canonical));
    std::string key = std::string{"AWS4"} + secret;
    std::istringstream steps{scope};
    for (std::string step; std::getline(steps, step, '/');) key = hmac(key, step);
    return hex(hmac(key, text));
}

/// "" when the signature is right; else S3's code for what is wrong.
std::string refusal(const Ask& ask) {
    const std::string header = ask.header("authorization");
    const std::string credential = part(header, "Credential");
    const auto slash = credential.find('/');
    if (slash == std::string::npos) return "AccessDenied";
    if (credential.substr(0, slash) != access_key) return "InvalidAccessKeyId";
    if (ask.header("x-amz-content-sha256") != sha256(ask.body)) return "XAmzContentSHA256Mismatch";
    const std::string names = part(header, "SignedHeaders");
    if (names.find("host") == std::string::npos) return "SignatureDoesNotMatch";
    const std::string expected = expected_signature(ask, credential.substr(slash + 1), names);
    return part(header, "Signature") == expected ? "" : "SignatureDoesNotMatch";
}

}  // namespace

Reply S3::failure(int status) const {
    return error(status, status == 503 ? "SlowDown" : "InternalError");
}

Reply S3::handle(const Ask& ask) {
    if (const std::string code = refusal(ask); !code.empty())
        return error(code == "XAmzContentSHA256Mismatch" ? 400 : 403, code);
    if (ask.path.starts_with("/missing/")) return error(404, "NoSuchBucket");
    if (ask.method == "PUT") {
        objects_[ask.path] = ask.body;
        ledger_.add({.vendor = "s3",
                     .kind = "object",
                     .id = ask.path,
                     .key = ask.path,
                     .to = {},
                     .from = {},
                     .subject = ask.header("content-type"),
                     .text = std::to_string(ask.body.size()) + " bytes",
                     .at = iso_time(std::chrono::system_clock::now())});
        Reply reply;
        reply.headers["ETag"] = '"' + sha256(ask.body).substr(0, 32) + '"';
        return reply;
    }
    const auto known = objects_.find(ask.path);
    if (ask.method != "GET") return error(405, "MethodNotAllowed");
    if (known == objects_.end()) return error(404, "NoSuchKey");
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.body = known->second;
    return reply;
}

}  // namespace callflex::sandbox
