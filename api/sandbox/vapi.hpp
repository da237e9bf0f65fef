#pragma once
// VAPI's calls and recordings: GET /call/{id}/mono-recording answers 302 to /recordings/{id}.wav, which needs
// no key and serves one second of a tone; with ?expired=1 it answers as a storage host does when a link has
// run out.

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Vapi : public Vendor {
  public:
    explicit Vapi(Ledger& ledger) : ledger_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "vapi"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override {}

  private:
    [[nodiscard]] Reply recording(const Ask& ask, const std::string& file);

    Ledger& ledger_;
};

/// One second of 440 Hz, 8,000 samples of 8 bits: 8,044 bytes, always the same.
[[nodiscard]] std::string tone_wav();

}  // namespace callflex::sandbox
