#include <algorithm>

#include "activities/attempt_memory.hpp"
#include "activities/twilio/messages.hpp"
#include "activities/twilio/send_sms.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::twilio {
namespace {

using boost::asio::awaitable;
using Found = durable::Reconciled<SmsReceipt>;
using Verdict = Found::Verdict;

constexpr std::chrono::seconds request_timeout{20};
constexpr int pages_max = 50;
/// How far Twilio's clock and the database's may be apart.
constexpr std::chrono::minutes clock_skew_max{10};

/// What the list says so far.
struct Search {
    std::string reference;
    std::chrono::sys_seconds not_before;
    std::optional<SmsReceipt> found{};
    bool complete = false;  ///< nothing that could be ours was left unread
};

bool is_older(const ListedMessage& message, const Search& search) {
    return message.created < search.not_before;
}

void look_through(const MessagePage& page, Search& search) {
    for (const ListedMessage& message : page.messages) {
        if (is_older(message, search) || !message.body.ends_with(search.reference)) continue;
        search.found = SmsReceipt{message.sid, message.status};
    }
}

/// A whole page from before the attempt: what follows is older still. One old entry would not do, because
/// messages that wait in Twilio's queue have no date to be sorted by yet.
bool ends_search(const MessagePage& page, const Search& search) {
    return page.next_page_uri.empty() ||
           (!page.messages.empty() &&
            std::ranges::all_of(page.messages, [&](const ListedMessage& m) { return is_older(m, search); }));
}

std::optional<http::Request> following(const TwilioConfig& config, const std::string& uri) {
    try {
        return next_page_request(config, uri);
    } catch (const http::BadUrl&) {
        return std::nullopt;
    }
}

awaitable<Search> search_list(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                              std::string to, Search search) {
    const TwilioConfig& config = vendors->config.twilio;
    std::optional<http::Request> request = listing_request(config, to);
    for (int page_number = 0; request && page_number < pages_max; ++page_number) {
        request->timeout = time_left(context, request_timeout);
        const http::Result result = co_await vendors->http->send(std::move(*request), context.stop_token());
        const std::optional<MessagePage> page = read_page(result);
        if (!page) co_return search;
        look_through(*page, search);
        search.complete = ends_search(*page, search);
        if (search.found || search.complete) co_return search;
        request = following(config, page->next_page_uri);
    }
    co_return search;
}

Search search_for(const durable::ActivityInfo& info) {
    // After a restore the message may have left before it was ordered in this history.
    const auto earliest = std::min(info.in_doubt_since.value_or(info.scheduled_at), info.scheduled_at);
    const auto scheduled = std::chrono::floor<std::chrono::seconds>(earliest);
    return {.reference = reference_of(info.idempotency_key), .not_before = scheduled - clock_skew_max};
}

}  // namespace

awaitable<Found> reconcile(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                           SmsRequest sms) {
    const TwilioConfig& config = vendors->config.twilio;
    if (!config.configured()) co_return Found{Verdict::unknown};
    const AttemptClock clock{context.info()};
    const auto noted = noted_attempt(context);
    // The attempt is over when this hook runs: its start is the latest moment that a message can have left.
    const durable::Timestamp attempted_at = noted.value_or(clock.now());
    if (!noted) note_attempt(context, attempted_at);
    // Taken before the list is read: a message accepted while reading must not be missed and called absent.
    const bool settled = clock.now() - attempted_at >= config.settle;

    const Search search = co_await search_list(vendors, context, sms.to, search_for(context.info()));
    if (search.found) co_return Found{Verdict::happened, search.found};
    if (search.complete && settled) co_return Found{Verdict::absent};
    co_return Found{Verdict::unknown};
}

}  // namespace callflex::twilio
