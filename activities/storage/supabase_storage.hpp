#pragma once
// Supabase Storage: one POST with x-upsert, so that a repeat overwrites. Most of its errors come as HTTP 400 with the
// real code in the body.

#include "activities/storage/storage.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex {

class SupabaseStorage : public Storage {
  public:
    explicit SupabaseStorage(std::shared_ptr<Vendors> vendors) : vendors_(std::move(vendors)) {}

    [[nodiscard]] std::string_view name() const override { return "supabase"; }
    boost::asio::awaitable<void> keep(durable::ActivityContext& context, SpooledFile file,
                                      std::string path) override;

  private:
    std::shared_ptr<Vendors> vendors_;
};

/// Throws http::BadUrl.
[[nodiscard]] http::Request supabase_upload(const SupabaseConfig& config, const SpooledFile& file,
                                            const std::string& path);
/// What an answer other than 2xx means, by the status code in its body.
[[nodiscard]] VendorFailure read_supabase_storage(const http::Result& result);

}  // namespace callflex
