#include "activities/storage/sigv4.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "activities/http/encoding.hpp"

namespace callflex {
namespace {

constexpr const char* algorithm = "AWS4-HMAC-SHA256";

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    return {digest.begin(), digest.begin() + size};
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return text;
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

/// "20130524T000000Z".
std::string stamp(std::chrono::sys_seconds now) {
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{now - day};
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

/// Parameters sorted, each with its '='.
std::string canonical_query(std::string_view query) {
    std::vector<std::string> parameters;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        std::string parameter{query.substr(0, end)};
        if (parameter.find('=') == std::string::npos) parameter += '=';
        parameters.push_back(std::move(parameter));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    std::ranges::sort(parameters);
    std::string text;
    for (const std::string& parameter : parameters) text += (text.empty() ? "" : "&") + parameter;
    return text;
}

struct SignedHeaders {
    std::string lines;  ///< "host:example\n..."
    std::string names;  ///< "host;x-amz-date"
};

SignedHeaders canonical_headers(const http::Request& request) {
    std::map<std::string, std::string> headers{{"host", request.url.authority()}};
    for (const http::Header& header : request.headers) headers[lower(header.name)] = header.value;
    SignedHeaders result;
    for (const auto& [name, value] : headers) {
        result.lines += name + ':' + value + '\n';
        result.names += (result.names.empty() ? "" : ";") + name;
    }
    return result;
}

std::string signing_key(const SigV4Scope& scope, const std::string& date) {
    const std::string dated = hmac("AWS4" + scope.secret_access_key.reveal(), date);
    return hmac(hmac(hmac(dated, scope.region), scope.service), "aws4_request");
}

}  // namespace

void sign_v4(http::Request& request, const SigV4Scope& scope, const std::string& payload_sha256,
             std::chrono::sys_seconds now) {
    const std::string time = stamp(now);
    const std::string date = time.substr(0, 8);
    request.headers.push_back({"X-Amz-Content-Sha256", payload_sha256});
    request.headers.push_back({"X-Amz-Date", time});

    const std::string& target = request.url.target;
    const auto question = target.find('?');
    const std::string query = question == std::string::npos ? "" : target.substr(question + 1);
    const SignedHeaders headers = canonical_headers(request);
    const std::string canonical =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, target.substr(0, question),
                    canonical_query(query), headers.lines, headers.names, payload_sha256);
    const std::string credential_scope =
        fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
    const std::string text =
        fmt::format("{}\n{}\n{}\n{}", algorithm, time, credential_scope, http::sha256_hex(canonical));
    request.headers.push_back(
        {"Authorization",
         fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", algorithm, scope.access_key_id,
                     credential_scope, headers.names, hex(hmac(signing_key(scope, date), text)))});
}

}  // namespace callflex
