#include "api/sandbox/vapi.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "api/sandbox/body_check.hpp"

namespace callflex::sandbox {
namespace {

constexpr std::uint32_t samples_per_second = 8000;

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
    return vapi_error(status, status == 429 ? "Too many requests." : "Internal server error.");
}

Reply Vapi::handle(const Ask& ask) {
    constexpr std::string_view recordings = "/recordings/";
    constexpr std::string_view controls = "/control/";
    if (ask.method == "GET" && ask.path.starts_with(recordings))
        return recording(ask, ask.path.substr(recordings.size()));
    if (ask.method == "POST" && ask.path.starts_with(controls))
        return calls_.control(ask, ask.path.substr(controls.size()));
    if (bearer_token(ask).empty())
        return vapi_error(401, "Invalid Key. Hot tip, you may be using the public key.");
    if (!ask.body.empty() && !ask.header("content-type").starts_with("application/json"))
        return vapi_error(400, "Content-Type must be application/json");
    return resource(ask);
}

Reply Vapi::resource(const Ask& ask) {
    constexpr std::string_view assistants = "/assistant";
    constexpr std::string_view numbers = "/phone-number";
    constexpr std::string_view calls = "/call";
    if (ask.path.starts_with(assistants)) {
        return assistants_.handle(ask, ask.path.substr(assistants.size()),
                                  [this](const std::string& id) { return numbers_.use(id); });
    }
    if (ask.path == "/v2/phone-number" && ask.method == "GET") return numbers_.search(ask);
    if (ask.path.starts_with(numbers)) {
        return numbers_.handle(ask, ask.path.substr(numbers.size()),
                               [this](const std::string& id) { return assistants_.exists(id); });
    }
    if (ask.path.starts_with(calls)) return call(ask, ask.path.substr(calls.size()));
    return vapi_error(404, "Cannot " + ask.method + " " + ask.path);
}

Reply Vapi::call(const Ask& ask, const std::string& rest) {
    if (rest.empty() && ask.method == "POST") {
        return calls_.place(
            ask, [this](const std::string& id) { return assistants_.exists(id); },
            [this](const std::string& id) { return numbers_.exists(id); });
    }
    if (rest.empty() && ask.method == "GET") return calls_.list(ask);
    if (ask.method != "GET" || !rest.starts_with('/'))
        return vapi_error(404, "Cannot " + ask.method + " " + ask.path);
    const std::string id = rest.substr(1, rest.find('/', 1) - 1);
    const std::string what = rest.substr(1 + id.size());
    if (what == "/mono-recording" || what == "/stereo-recording") {
        Reply reply = json_reply(302, nlohmann::json::object());
        reply.headers["Location"] = fmt::format("{}/vapi/recordings/{}.wav?token=presigned", ask.origin, id);
        return reply;
    }
    if (!what.empty()) return vapi_error(404, "Cannot GET " + ask.path);
    return calls_.read(ask, id);
}

void Vapi::reset() {
    assistants_.clear();
    numbers_.clear();
    calls_.clear();
}

nlohmann::json Vapi::facts() const {
    std::size_t unlinked = 0;
    for (const std::string& id : assistants_.ids()) unlinked += numbers_.use(id) ? 0 : 1;
    return {{"assistants", assistants_.size()},
            {"assistants_created", assistants_.created()},
            {"assistants_deleted", assistants_.deleted()},
            {"assistants_without_number", unlinked},
            {"phone_numbers", numbers_.size()},
            {"calls", calls_.size()}};
}

std::vector<std::string> Vapi::violations() const {
    std::vector<std::string> lines = assistants_.violations();
    for (const std::string& line : numbers_.violations()) lines.push_back(line);
    for (const std::string& line : calls_.violations()) lines.push_back(line);
    return lines;
}

std::vector<Thing> Vapi::things() const {
    std::vector<Thing> all;
    for (const auto& [id, assistant] : assistants_.all()) {
        const auto model = assistant.value("model", nlohmann::json::object());
        all.push_back({"assistant", text_member(assistant, "name"), id, text_member(model, "model")});
    }
    for (const auto& [id, number] : numbers_.all()) {
        const std::string assistant = text_member(number, "assistantId");
        all.push_back({"number", text_member(number, "number"), id,
                       assistant.empty() ? "no assistant" : "answered by " + assistant});
    }
    return all;
}

std::vector<Promise> Vapi::promises() const {
    return {{"one assistant and one call for each operation, each number imported once", violations()}};
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
