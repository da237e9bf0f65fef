#include "api/sandbox/vapi.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace callflex::sandbox {
namespace {

constexpr std::uint32_t samples_per_second = 8000;

Reply error(int status, const std::string& message) {
    return json_reply(
        status,
        {{"statusCode", status}, {"message", message}, {"error", status < 500 ? "Bad Request" : "Error"}});
}

void little_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> static_cast<unsigned>(8 * i)) & 0xFFU);
}

Reply storage_refusal(int status, const std::string& code) {
    Reply reply;
    reply.status = status;
    reply.content_type = "application/xml";
    reply.body =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code></Error>", code);
    return reply;
}

}  // namespace

std::string tone_wav() {
    std::string wav = "RIFF";
    little_endian(wav, 36 + samples_per_second, 4);
    wav += "WAVEfmt ";
    little_endian(wav, 16, 4);
    little_endian(wav, 1, 2);  // PCM
    little_endian(wav, 1, 2);  // one channel
    little_endian(wav, samples_per_second, 4);
    little_endian(wav, samples_per_second, 4);  // bytes a second
    little_endian(wav, 1, 2);                   // bytes a sample
    little_endian(wav, 8, 2);                   // bits a sample
    wav += "data";
    little_endian(wav, samples_per_second, 4);
    for (std::uint32_t i = 0; i < samples_per_second; ++i) {
        const double phase = 2 * std::numbers::pi * 440 * i / samples_per_second;
        wav += static_cast<char>(static_cast<unsigned char>(std::lround(128 + 60 * std::sin(phase))));
    }
    return wav;
}

Reply Vapi::failure(int status) const {
    return error(status, status == 429 ? "Too many requests." : "Internal server error.");
}

Reply Vapi::handle(const Ask& ask) {
    constexpr std::string_view recordings = "/recordings/";
    constexpr std::string_view calls = "/call/";
    if (ask.method != "GET") return error(404, "Cannot " + ask.method + " " + ask.path);
    if (ask.path.starts_with(recordings)) return recording(ask, ask.path.substr(recordings.size()));
    if (bearer_token(ask).empty())
        return error(401, "Invalid Key. Hot tip, you may be using the public key.");
    if (!ask.path.starts_with(calls)) return error(404, "Cannot GET " + ask.path);
    const std::string rest = ask.path.substr(calls.size());
    const std::string id = rest.substr(0, rest.find('/'));
    const std::string what = rest.substr(id.size());
    const std::string url = fmt::format("{}/vapi/recordings/{}.wav", ask.origin, id);
    if (what == "/mono-recording" || what == "/stereo-recording") {
        Reply reply = json_reply(302, nlohmann::json::object());
        reply.headers["Location"] = url + "?token=presigned";
        return reply;
    }
    if (!what.empty()) return error(404, "Cannot GET " + ask.path);
    return json_reply(200, {{"id", id}, {"status", "ended"}, {"artifact", {{"recordingUrl", url}}}});
}

Reply Vapi::recording(const Ask& ask, const std::string& file) {
    if (!file.ends_with(".wav") || file.find('/') != std::string::npos)
        return storage_refusal(404, "NoSuchKey");
    if (!ask.parameter("expired").empty()) return storage_refusal(403, "AccessDenied");
    ledger_.add({.vendor = "vapi",
                 .kind = "recording",
                 .id = file.substr(0, file.size() - 4),
                 .key = {},
                 .to = {},
                 .from = {},
                 .subject = {},
                 .text = {},
                 .at = iso_time(std::chrono::system_clock::now())});
    Reply reply;
    reply.content_type = "audio/wav";
    reply.body = tone_wav();
    return reply;
}

}  // namespace callflex::sandbox
