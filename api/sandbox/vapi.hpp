#pragma once
// VAPI: assistants, phone numbers, calls, live control (each in a file of its own), and recordings:
// GET /call/{id}/mono-recording answers 302 to /recordings/{id}.wav, which needs
// no key and serves one second of a tone; with ?expired=1 it answers as a storage host does when a link has
// run out.

#include "api/sandbox/vapi_assistants.hpp"
#include "api/sandbox/vapi_calls.hpp"
#include "api/sandbox/vapi_numbers.hpp"
#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Vapi : public Vendor {
  public:
    Vapi(Ledger& ledger, PhoneBook& book) : ledger_(ledger), numbers_(book), calls_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "vapi"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override;
    [[nodiscard]] nlohmann::json facts() const override;
    [[nodiscard]] std::vector<std::string> violations() const override;
    [[nodiscard]] std::vector<Thing> things() const override;
    [[nodiscard]] std::vector<Promise> promises() const override;

  private:
    [[nodiscard]] Reply resource(const Ask& ask);
    [[nodiscard]] Reply call(const Ask& ask, const std::string& rest);
    [[nodiscard]] Reply recording(const Ask& ask, const std::string& file);

    Ledger& ledger_;
    VapiAssistants assistants_;
    VapiNumbers numbers_;
    VapiCalls calls_;
};

/// One second of 440 Hz, 8,000 samples of 8 bits: 8,044 bytes, always the same.
[[nodiscard]] std::string tone_wav();

}  // namespace callflex::sandbox
