#include "api/ingress/stripe_route.hpp"

#include <spdlog/spdlog.h>

#include "activities/tenancy.hpp"
#include "api/http/json_guard.hpp"
#include "api/ingress/stripe_effects.hpp"
#include "api/ingress/stripe_signature.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

asio::awaitable<http::Response> StripeRoute::handle(http::Request request) {
    const std::string& id = request.request_id;
    const bool one_signature = request.head.count("stripe-signature") == 1;
    const Verdict verdict =
        one_signature ? verify_stripe(request.head.field("stripe-signature"), request.body,
                                      options_.stripe_secrets, options_.now(), options_.signature.tolerance)
                      : Verdict::not_signed;
    if (verdict != Verdict::accepted) {
        metrics_.authentication_refused("stripe");
        spdlog::warn("sender refused: request_id={} reason=stripe_{}", id, callflex::ingress::name(verdict));
        co_return http::problem(400, "The signature is not one of this endpoint's secrets, or too old.", id);
    }
    if (const auto problem = http::refuse_json(request.body)) co_return http::problem(400, *problem, id);
    auto read = read_stripe_event(request.body);
    if (const auto* problem = std::get_if<std::string>(&read)) co_return http::problem(400, *problem, id);
    ReceivedStripeEvent received{std::get<StripeEvent>(std::move(read)), std::move(request.body),
                                 std::chrono::floor<durable::Duration>(options_.now())};
    co_return co_await transactions_.run(
        [this, received = std::move(received)](pqxx::work& tx) {
            act_for_everybody(tx);
            if (take_stripe_event(tx, client_, received) == StripeOutcome::repeat) metrics_.repeat();
            return http::json(200, R"({"received":true})");
        },
        id);
}

}  // namespace callflex::ingress
