#include "engine/worker/folder_archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <iterator>
#include <system_error>

namespace durable::worker {
namespace {

class File {
  public:
    File(std::filesystem::path path, int flags)
        : path_(std::move(path)), file_(::open(path_.c_str(), flags | O_CLOEXEC, 0640)) {
        if (file_ < 0) fail("open");
    }
    ~File() { ::close(file_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(const std::string& bytes) const {
        for (std::size_t done = 0; done < bytes.size();) {
            const auto written = ::write(file_, bytes.data() + done, bytes.size() - done);
            if (written < 0) fail("write");
            done += static_cast<std::size_t>(written);
        }
    }
    void flush() const {
        if (::fsync(file_) != 0) fail("flush");
    }

  private:
    [[noreturn]] void fail(const char* what) const {
        throw std::system_error(errno, std::generic_category(),
                                fmt::format("cannot {} {}", what, path_.string()));
    }
    std::filesystem::path path_;
    int file_;
};

}  // namespace

void FolderArchive::keep(const std::string& name, std::string bytes, const std::stop_token&) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    const std::filesystem::path unfinished = path.string() + ".part";
    {
        const File file{unfinished, O_WRONLY | O_CREAT | O_TRUNC};
        file.write(bytes);
        file.flush();
    }
    std::filesystem::rename(unfinished, path);
    // A name lasts only when the folder that holds it does: the month's, the year's, and ours.
    auto folder = path;
    const std::filesystem::path below{name};
    for (auto levels = std::distance(below.begin(), below.end()); levels > 0; --levels) {
        folder = folder.parent_path();
        File{folder, O_RDONLY | O_DIRECTORY}.flush();
    }
}

}  // namespace durable::worker
