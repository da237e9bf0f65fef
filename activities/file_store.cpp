#include "activities/file_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace callflex {

namespace {

namespace fs = std::filesystem;

constexpr const char* incoming_folder = "incoming";

[[noreturn]] void fail(const std::string& doing, const fs::path& path) {
    throw std::system_error(errno, std::generic_category(), doing + " " + path.string());
}

/// A rename is durable only when the folder that holds the name is.
void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) fail("open folder", folder);
    const int failed = ::fsync(descriptor);
    ::close(descriptor);
    if (failed != 0) fail("sync folder", folder);
}

/// Makes missing folders below `root` durable too, the outermost first.
void make_folders(const fs::path& root, const fs::path& relative) {
    fs::path folder = root;
    for (const fs::path& part : relative) {
        const fs::path parent = folder;
        folder /= part;
        if (fs::create_directory(folder)) sync_folder(parent);
    }
}

bool stays_inside(const fs::path& relative) {
    if (relative.empty() || relative.is_absolute() || !relative.has_filename()) return false;
    for (const fs::path& part : relative) {
        if (part == ".." || part == ".") return false;
    }
    return true;
}

void remove_leftovers(const fs::path& folder) {
    const auto too_old = fs::file_time_type::clock::now() - std::chrono::hours{24};
    for (const fs::directory_entry& entry : fs::directory_iterator{folder}) {
        std::error_code gone;  // another process may be tidying up as well
        if (entry.last_write_time(gone) < too_old && !gone) fs::remove(entry.path(), gone);
    }
}

}  // namespace

FileStore::FileStore(fs::path root) : root_(std::move(root)) {
    fs::create_directories(root_ / incoming_folder);
    remove_leftovers(root_ / incoming_folder);
}

FileStore::Incoming::Incoming(fs::path root) : root_(std::move(root)) {
    std::string name = (root_ / incoming_folder / "XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("create", name);
    temporary_ = name;
}

FileStore::Incoming::Incoming(Incoming&& other) noexcept
    : root_(std::move(other.root_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

FileStore::Incoming::~Incoming() {
    close();
    std::error_code ignored;  // left behind, it is removed a day later
    if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

void FileStore::Incoming::close() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void FileStore::Incoming::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", temporary_);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string FileStore::Incoming::read(std::uint64_t at, std::size_t most) const {
    std::string piece(most, '\0');
    ssize_t size = -1;
    do {
        size = ::pread(descriptor_, piece.data(), most, static_cast<off_t>(at));
    } while (size < 0 && errno == EINTR);
    if (size < 0) fail("read", temporary_);
    piece.resize(static_cast<std::size_t>(size));
    return piece;
}

void FileStore::Incoming::keep(const fs::path& path) {
    if (!stays_inside(path)) throw std::invalid_argument("not a path inside the store: " + path.string());
    if (::fsync(descriptor_) != 0) fail("sync", temporary_);
    close();
    make_folders(root_, path.parent_path());
    const fs::path place = root_ / path;
    if (::rename(temporary_.c_str(), place.c_str()) != 0) fail("rename to", place);
    temporary_.clear();
    sync_folder(place.parent_path());
}

}  // namespace callflex
