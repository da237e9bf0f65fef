#include "api/sandbox/supabase.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

/// Most errors of Storage come as 400 with the real code in the body.
Reply storage_error(int status, const char* code, const char* error, const char* message) {
    return json_reply(
        status == 429 || status >= 500 ? status : 400,
        {{"statusCode", std::to_string(status)}, {"error", error}, {"code", code}, {"message", message}});
}

bool authorized(const Ask& ask) {
    const std::string bearer = bearer_token(ask);
    if (!bearer.empty()) return bearer.starts_with("ey");
    return ask.header("apikey").starts_with("sb_secret_");
}

std::string now() {
    return iso_time(std::chrono::system_clock::now());
}

}  // namespace

Reply Supabase::failure(int status) const {
    return storage_error(status, status == 429 ? "SlowDown" : "InternalError", "Error", "something broke");
}

Reply Supabase::handle(const Ask& ask) {
    constexpr std::string_view objects = "/storage/v1/object/";
    if (ask.path.starts_with(objects)) return object(ask, ask.path.substr(objects.size()));
    if (ask.path == "/realtime/v1/api/broadcast" && ask.method == "POST") return broadcast(ask);
    return json_reply(404, {{"message", "no Route matched with those values"}});
}

Reply Supabase::object(const Ask& ask, const std::string& key) {
    if (!authorized(ask))
        return storage_error(403, "AccessDenied", "Unauthorized", "new row violates row-level security");
    if (key.starts_with("missing/"))
        return storage_error(404, "NoSuchBucket", "Bucket not found", "Bucket not found");
    const auto known = objects_.find(key);
    if (ask.method == "GET") {
        if (known == objects_.end()) return storage_error(404, "NoSuchKey", "not_found", "Object not found");
        Reply reply;
        reply.content_type = "application/octet-stream";
        reply.body = known->second;
        return reply;
    }
    if (ask.method != "POST") return storage_error(400, "InvalidRequest", "Error", "expected GET or POST");
    if (known != objects_.end() && ask.header("x-upsert") != "true")
        return storage_error(409, "KeyAlreadyExists", "Duplicate", "The resource already exists");
    objects_[key] = ask.body;
    ledger_.add({.vendor = "supabase",
                 .kind = "object",
                 .id = key,
                 .key = key,
                 .to = {},
                 .from = {},
                 .subject = ask.header("content-type"),
                 .text = std::to_string(ask.body.size()) + " bytes",
                 .at = now()});
    return json_reply(200, {{"Id", "0199f0a4-0000-7000-8000-00000000000b"}, {"Key", key}});
}

Reply Supabase::broadcast(const Ask& ask) {
    if (!authorized(ask)) return json_reply(401, {{"message", "Unauthorized"}});
    const json body = parse_json(ask.body);
    if (!body.is_object() || !body.contains("messages") || !body["messages"].is_array())
        return json_reply(422, {{"errors", {{"messages", {"can't be blank"}}}}});
    for (const json& message : body["messages"]) {
        // A public channel would let anybody with the publishable key listen.
        if (!message.value("private", false))
            return json_reply(422, {{"errors", {{"private", {"expected true"}}}}});
        ledger_.add({.vendor = "supabase",
                     .kind = "broadcast",
                     .id = {},
                     .key = {},
                     .to = message.value("topic", std::string{}),
                     .from = {},
                     .subject = message.value("event", std::string{}),
                     .text = message.value("payload", json::object()).dump(),
                     .at = now()});
    }
    Reply reply;
    reply.status = 202;
    return reply;
}

}  // namespace callflex::sandbox
