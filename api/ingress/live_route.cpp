#include "api/ingress/live_route.hpp"

#include <fmt/format.h>

#include "api/ingress/form.hpp"
#include "api/ingress/live_token.hpp"
#include "api/ingress/text.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr std::string_view prefix = "/api/live/";
constexpr std::chrono::milliseconds between_comments{15'000};
/// How soon a stopping server is noticed.
constexpr std::chrono::milliseconds patience{1'000};

/// Of the EventSource standard. Payloads are JSON of one line.
std::string frame_of(const StreamedEvent& event) {
    return fmt::format("id: {}\nevent: {}\ndata: {{\"at\":\"{}\",\"payload\":{}}}\n\n", event.id, event.type,
                       event.at, event.payload);
}

/// Parameters by value: it outlives the request.
asio::awaitable<void> pour(LiveFeed& feed, std::shared_ptr<LiveFeed::Watch> watch,
                           http::StreamWriter& writer) {
    if (!co_await writer.write("retry: 2000\n\n")) co_return;
    auto last_written = std::chrono::steady_clock::now();
    while (true) {
        std::string text;
        const auto events = co_await feed.next(watch, patience);
        if (!events) co_return;
        for (const StreamedEvent& event : *events) text += frame_of(event);
        const auto now = std::chrono::steady_clock::now();
        if (text.empty() && now - last_written >= between_comments) text = ": still here\n\n";
        if (!text.empty()) last_written = now;
        if (!co_await writer.write(std::move(text))) co_return;
    }
}

}  // namespace

bool LiveRoute::serves(std::string_view path) const {
    return !last_segment(path, prefix).empty();
}

asio::awaitable<http::Response> LiveRoute::handle(http::Request request) {
    const std::string_view organization = last_segment(request.head.path, prefix);
    const auto query = read_form(request.head.query).value_or(Form{});
    const auto tenant = durable::Uuid::parse(organization);
    if (!tenant || !is_live_token(value_of(query, "token"), tenant->to_string(), options_.now(),
                                  options_.live_token_keys)) {
        metrics_.authentication_refused("live");
        co_return http::problem(401, "The token is not valid for this organization, or has expired.",
                                request.request_id);
    }
    std::string_view last = request.head.field("last-event-id");
    const std::string after = value_of(query, "after");
    if (last.empty()) last = after;
    const auto position = parse_integer(last);
    if (!last.empty() && !position) {
        co_return http::problem(400, "Last-Event-ID must be the id of an event.", request.request_id);
    }
    http::Response response;
    response.content_type = "text/event-stream";
    if (!options_.app_url.empty())
        response.fields.emplace_back("Access-Control-Allow-Origin", options_.app_url);
    auto watch = feed_.watch(*tenant, last.empty() ? std::nullopt : position);
    response.stream = [&feed = feed_, watch](http::StreamWriter& writer) {
        return pour(feed, watch, writer);
    };
    co_return response;
}

}  // namespace callflex::ingress
