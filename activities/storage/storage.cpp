#include "activities/storage/storage.hpp"

#include "activities/http/encoding.hpp"
#include "activities/on_thread.hpp"
#include "activities/storage/s3_storage.hpp"
#include "activities/storage/supabase_storage.hpp"

namespace callflex {
namespace {

/// The spool's own folder: the file is renamed into its place.
class DiskStorage : public Storage {
  public:
    explicit DiskStorage(std::shared_ptr<boost::asio::thread_pool> disk) : disk_(std::move(disk)) {}

    [[nodiscard]] std::string_view name() const override { return "filesystem"; }
    boost::asio::awaitable<void> keep(durable::ActivityContext&, SpooledFile file,
                                      std::string path) override {
        co_await on_thread(*disk_, [content = file.content, path] { content->keep(path); });
    }

  private:
    std::shared_ptr<boost::asio::thread_pool> disk_;
};

}  // namespace

std::shared_ptr<Storage> make_storage(const std::shared_ptr<Vendors>& vendors,
                                      std::shared_ptr<boost::asio::thread_pool> disk) {
    switch (vendors->config.storage) {
        case StorageKind::s3:
            return std::make_shared<S3Storage>(vendors);
        case StorageKind::supabase:
            return std::make_shared<SupabaseStorage>(vendors);
        case StorageKind::filesystem:
            break;
    }
    return std::make_shared<DiskStorage>(std::move(disk));
}

std::string encoded_path(std::string_view path) {
    std::string encoded;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        if (begin > 0) encoded += '/';
        encoded += http::percent_encode(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return encoded;
}

}  // namespace callflex
