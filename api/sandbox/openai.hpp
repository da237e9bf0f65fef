#pragma once
// OpenAI's POST /v1/chat/completions with strict structured output. Requests are held to the rules of strict
// mode; answers are made from the user message by simple rules, the same for the same text. The key "invalid"
// is refused; models that do not begin with "gpt-5" or "sandbox" are not found.

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class OpenAi : public Vendor {
  public:
    explicit OpenAi(Ledger& ledger) : ledger_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "openai"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override {}

  private:
    Ledger& ledger_;
    std::uint64_t next_number_ = 1;
};

}  // namespace callflex::sandbox
