#include "activities/openai/model.hpp"

#include "activities/call_text.hpp"

namespace callflex::openai {
namespace {

using Why = NoContent::Why;

constexpr std::chrono::seconds request_timeout{60};
constexpr int larger_limit_factor = 4;
constexpr std::size_t material_bytes_max = 200'000;

/// What is left to try with one question. Every change is allowed once, so that asking ends.
class Plan {
  public:
    Plan(const OpenAiConfig& config, Question question) : config_(config), question_(std::move(question)) {
        question_.material = shortened(question_.material, material_bytes_max);
    }

    [[nodiscard]] const std::string& model() const { return config_.models.at(model_); }
    [[nodiscard]] const Question& question() const { return question_; }

    /// True if the question was changed and should be asked again.
    bool adapt(Why why) {
        switch (why) {
            case Why::unknown_model:
                if (model_ + 1 >= config_.models.size()) return false;
                ++model_;
                return true;
            case Why::truncated:
                if (std::exchange(enlarged_, true)) return false;
                question_.max_completion_tokens *= larger_limit_factor;
                return true;
            case Why::too_long:
                if (std::exchange(halved_, true)) return false;
                question_.material = shortened(question_.material, question_.material.size() / 2);
                return true;
            default:
                return false;
        }
    }

  private:
    const OpenAiConfig& config_;
    Question question_;
    std::size_t model_ = 0;
    bool enlarged_ = false;
    bool halved_ = false;
};

}  // namespace

std::string shortened(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string{text};
    const std::string_view head = utf8_prefix(text, bytes_max / 2);
    std::size_t tail_begin = text.size() - bytes_max / 2;
    while (tail_begin < text.size() && (static_cast<unsigned char>(text[tail_begin]) & 0xC0U) == 0x80U)
        ++tail_begin;
    return std::string{head} + "\n[part of the conversation left out]\n" +
           std::string{text.substr(tail_begin)};
}

boost::asio::awaitable<Asked> ask(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                  Question question) {
    const OpenAiConfig& config = vendors->config.openai;
    Plan plan{config, std::move(question)};
    for (;;) {
        http::Request request = chat_request(config, plan.model(), plan.question());
        request.timeout = time_left(context, request_timeout);
        const http::Result result = co_await vendors->http->send(std::move(request), context.stop_token());
        Answer answer = read_answer(result);
        const auto* missing = std::get_if<NoContent>(&answer);
        if (missing == nullptr || !plan.adapt(missing->why)) co_return Asked{std::move(answer), plan.model()};
    }
}

}  // namespace callflex::openai
