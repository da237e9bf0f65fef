#pragma once
// Supabase's Storage (upload with x-upsert, read) and Realtime (broadcast, batch form). The bucket "missing" does not
// exist; a key that is neither "sb_secret_..." nor a bearer token is refused. A new key as a bearer token is refused
// too, as the real one would: it is no JWT.

#include <map>
#include <string>

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Supabase : public Vendor {
  public:
    explicit Supabase(Ledger& ledger) : ledger_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "supabase"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override { objects_.clear(); }
    [[nodiscard]] nlohmann::json facts() const override { return {{"objects", objects_.size()}}; }

  private:
    [[nodiscard]] Reply object(const Ask& ask, const std::string& key);
    [[nodiscard]] Reply broadcast(const Ask& ask);

    Ledger& ledger_;
    std::map<std::string, std::string> objects_;  ///< "bucket/path" -> bytes
};

}  // namespace callflex::sandbox
