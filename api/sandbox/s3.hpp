#pragma once
// S3 by path: PUT and GET of objects, with Signature Version 4 checked as S3 does. The access key is "sandbox-key", its
// secret "sandbox-secret"; the bucket "missing" does not exist.

#include <map>
#include <string>

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class S3 : public Vendor {
  public:
    explicit S3(Ledger& ledger) : ledger_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "s3"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override { objects_.clear(); }
    [[nodiscard]] nlohmann::json facts() const override { return {{"objects", objects_.size()}}; }

  private:
    Ledger& ledger_;
    std::map<std::string, std::string> objects_;  ///< "/bucket/path" -> bytes
};

}  // namespace callflex::sandbox
