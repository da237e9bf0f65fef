#pragma once
// Recordings in any object storage that speaks S3.

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

}  // namespace callflex
