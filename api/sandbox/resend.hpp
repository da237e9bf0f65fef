#pragma once
// Resend's POST /emails and GET /emails/{id}, with its memory of idempotency keys.

#include <map>
#include <string>

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Resend : public Vendor {
  public:
    explicit Resend(Ledger& ledger) : ledger_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "resend"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override;
    void forget_keys() override { keys_.clear(); }
    [[nodiscard]] std::vector<Promise> promises() const override {
        return {{"no e-mail is sent twice under one key", ledger_.repeats("resend", "email")}};
    }

  private:
    struct Remembered {
        std::string body;
        std::string id;
    };

    [[nodiscard]] Reply send(const Ask& ask);

    Ledger& ledger_;
    std::map<std::string, Remembered> keys_;
    std::map<std::string, nlohmann::json> mails_;
    std::uint64_t next_number_ = 1;
};

}  // namespace callflex::sandbox
