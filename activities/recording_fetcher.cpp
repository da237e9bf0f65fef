#include "activities/recording_fetcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "activities/http/download.hpp"
#include "activities/http/encoding.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex {

namespace {

using boost::asio::awaitable;
using durable::ApplicationError;
using Incoming = std::shared_ptr<FileStore::Incoming>;

struct Fetched {
    http::Download download;
    Incoming file;
};

std::string_view extension_of(std::string_view content_type) {
    struct Known {
        std::string_view type;
        std::string_view extension;
    };
    static constexpr std::array<Known, 8> known{{{"audio/mpeg", "mp3"},
                                                 {"audio/mp3", "mp3"},
                                                 {"audio/wav", "wav"},
                                                 {"audio/x-wav", "wav"},
                                                 {"audio/wave", "wav"},
                                                 {"audio/ogg", "ogg"},
                                                 {"audio/mp4", "m4a"},
                                                 {"audio/webm", "webm"}}};
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.type == content_type; });
    return found == known.end() ? "bin" : found->extension;
}

/// "audio/mpeg; rate=44100" -> "audio/mpeg".
std::string media_type(const std::string& content_type) {
    std::string type = content_type.substr(0, content_type.find(';'));
    std::erase(type, ' ');
    std::transform(type.begin(), type.end(), type.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return type.empty() ? "application/octet-stream" : type;
}

/// The address of the report, if it is one that we are willing to call.
std::optional<http::Url> acceptable(const std::string& text, const http::Url& vapi) {
    try {
        http::Url url = http::parse_url(text);
        if (url.secure || url.origin() == vapi.origin()) return url;
    } catch (const http::BadUrl&) {
        // As good as none: VAPI is asked for another.
    }
    return std::nullopt;
}

awaitable<Fetched> fetch(const RecordingFetcherOptions& options, durable::ActivityContext& context,
                         http::DownloadRequest request) {
    request.bytes_max = options.bytes_max;
    request.timeout = time_left(context, std::chrono::minutes{2});
    auto file = std::make_shared<FileStore::Incoming>(options.spool->receive());
    http::BodySink sink = [file](std::string_view piece) { file->write(piece); };
    http::Download download = co_await http::download(*options.vendors->http, std::move(request),
                                                      std::move(sink), context.stop_token());
    co_return Fetched{std::move(download), std::move(file)};
}

/// The answer says that the address is no longer good, not that something is in the way.
bool has_expired(const http::Result& result) {
    return result.outcome == http::Outcome::permanent && result.trouble == http::Trouble::none;
}

ApplicationError failure_of(const http::Result& result) {
    std::optional<durable::Duration> delay;
    if (result.retry_after) delay = *result.retry_after;
    if (result.trouble == http::Trouble::too_large) {
        return {"RecordingTooLarge", result.reason, {.retryable = false}};
    }
    // Right after the call the recording may still be on its way to VAPI's storage.
    const bool may_come = result.status() == 404 || result.outcome != http::Outcome::permanent;
    return {may_come ? "RecordingUnavailable" : "RecordingGone",
            result.reason.empty() ? fmt::format("the answer was {}", result.status()) : result.reason,
            {.retryable = may_come, .next_delay = delay}};
}

}  // namespace

std::string recording_path(const CallKey& call, std::string_view content_type) {
    const auto organization = durable::Uuid::parse(call.organization_id);
    const auto id = durable::Uuid::parse(call.call_id);
    if (!organization || !id) {
        throw ApplicationError("InvalidCall", "a call's id and its organization's id must be UUIDs",
                               {.retryable = false});
    }
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(call.started_at)};
    return fmt::format("org/{}/calls/{:04}/{:02}/{}.{}", organization->to_string(),
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()), id->to_string(),
                       extension_of(content_type));
}

awaitable<StoredRecording> RecordingFetcher::operator()(durable::ActivityContext& context,
                                                        RecordingToFetch input) const {
    const VapiConfig& vapi_config = options_.vendors->config.vapi;
    const http::Url vapi = http::join(
        vapi_config.base_url, "/call/" + http::percent_encode(input.vapi_call_id) + "/mono-recording");
    const std::optional<http::Url> given = acceptable(input.url, vapi);
    std::optional<Fetched> fetched;
    if (given) fetched = co_await fetch(options_, context, {.url = *given, .headers = {}});
    const bool ask_vapi = !fetched || has_expired(fetched->download.result);
    if (ask_vapi && !vapi_config.configured()) {
        throw ApplicationError("RecordingGone",
                               "its address has expired, and VAPI_API_KEY is not set to ask for another",
                               {.retryable = false});
    }
    if (ask_vapi) {
        std::vector<http::Header> headers{{"Authorization", "Bearer " + vapi_config.api_key.reveal()}};
        fetched = co_await fetch(options_, context, {.url = vapi, .headers = std::move(headers)});
    }
    const http::Download& download = fetched->download;
    if (!download.ok()) throw failure_of(download.result);
    if (download.bytes == 0) throw ApplicationError("RecordingUnavailable", "the recording is still empty");

    const std::string type = media_type(download.content_type);
    StoredRecording stored{recording_path(input.call, type), static_cast<std::int64_t>(download.bytes), type,
                           download.sha256, std::nullopt};
    stored.storage = options_.storage->name();
    co_await options_.storage->keep(context, {fetched->file, download.bytes, download.sha256, type},
                                    stored.path);
    co_return stored;
}

}  // namespace callflex
