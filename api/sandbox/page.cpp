#include "api/sandbox/page.hpp"

#include "sandbox_page.hpp"

namespace callflex::sandbox {
namespace {

constexpr std::string_view place_of_live = "<!-- live -->";

Reply file_reply(std::string content_type, std::string body) {
    Reply reply;
    reply.content_type = std::move(content_type);
    reply.body = std::move(body);
    reply.headers["Content-Security-Policy"] =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'";
    reply.headers["X-Content-Type-Options"] = "nosniff";
    reply.headers["Referrer-Policy"] = "no-referrer";
    reply.headers["Cache-Control"] = "no-store";
    return reply;
}

}  // namespace

Reply page_reply(const std::string& live) {
    std::string document{files::document};
    document.replace(document.find(place_of_live), place_of_live.size(), live);
    return file_reply("text/html; charset=utf-8", std::move(document));
}

std::optional<Reply> page_file(const std::string& path) {
    if (path == "/sandbox/script.js")
        return file_reply("text/javascript; charset=utf-8", std::string{files::script});
    if (path == "/sandbox/style.css") return file_reply("text/css; charset=utf-8", std::string{files::style});
    return std::nullopt;
}

}  // namespace callflex::sandbox
