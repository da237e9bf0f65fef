#pragma once
// Any object storage that speaks S3: one PUT, addressed by path ("<endpoint>/<bucket>/<path>").

#include "activities/storage/storage.hpp"

namespace callflex {

class S3Storage : public Storage {
  public:
    explicit S3Storage(std::shared_ptr<Vendors> vendors) : vendors_(std::move(vendors)) {}

    [[nodiscard]] std::string_view name() const override { return "s3"; }
    boost::asio::awaitable<void> keep(durable::ActivityContext& context, SpooledFile file,
                                      std::string path) override;

  private:
    std::shared_ptr<Vendors> vendors_;
};

/// Signed, with the file as its body. Throws http::BadUrl.
[[nodiscard]] http::Request s3_upload(const S3Config& config, const SpooledFile& file,
                                      const std::string& path, std::chrono::sys_seconds now);

}  // namespace callflex
