#include "engine/worker/black_box.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <new>
#include <system_error>

namespace durable::worker {
namespace {

constexpr std::uint64_t format_of_now = 0x31786f62'6b63616c;  // "lackbox1", whichever way the bytes go
constexpr std::size_t page_size = 4096;
constexpr int files_max = 256;
/// More than processes that end in the same few minutes; the one with the fewest deaths makes room.
constexpr std::size_t suspects_max = 64;

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error{errno, std::generic_category(), "black box " + file.string()};
}

}  // namespace

/// As it is in the file.
struct BlackBox::Page {
    struct Suspect {
        Uuid run;
        std::uint32_t deaths;
    };
    std::uint64_t format;
    std::atomic<std::uint32_t> inside;  ///< 1: of the code of `run`
    std::uint32_t suspects_known;
    Uuid run;
    std::array<Suspect, suspects_max> suspects;
};

BlackBox::BlackBox(const std::filesystem::path& folder) {
    static_assert(sizeof(Page) <= page_size && std::atomic<std::uint32_t>::is_always_lock_free);
    std::filesystem::create_directories(folder);
    int number = 1;
    while (!take(folder / fmt::format("{}.blackbox", number))) {
        if (++number > files_max)
            throw std::system_error{EBUSY, std::generic_category(), "black boxes in " + folder.string()};
    }
    read_wreck();
}

BlackBox::~BlackBox() {
    ::munmap(page_, page_size);
    ::close(file_);  // and so unlocked
}

/// False if another process has it.
bool BlackBox::take(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) fail(file);
    const bool ours = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    const bool long_enough = ours && ::ftruncate(descriptor, page_size) == 0;
    void* mapped = long_enough ? ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
                               : MAP_FAILED;
    if (mapped == MAP_FAILED) {
        const int why = errno;
        ::close(descriptor);
        errno = why;
        if (ours || why != EWOULDBLOCK) fail(file);
        return false;
    }
    file_ = descriptor;
    page_ = static_cast<Page*>(mapped);
    return true;
}

void BlackBox::read_wreck() {
    if (page_->format != format_of_now || page_->suspects_known > suspects_max) {
        new (page_) Page{};
        page_->format = format_of_now;
        return;
    }
    if (page_->inside.exchange(0) == 0) return;
    const auto begin = page_->suspects.begin();
    const auto end = begin + page_->suspects_known;
    auto suspect = std::ranges::find(begin, end, page_->run, &Page::Suspect::run);
    if (suspect == end) {
        if (end == page_->suspects.end()) {
            suspect = std::ranges::min_element(begin, end, {}, &Page::Suspect::deaths);
        } else {
            ++page_->suspects_known;
        }
        *suspect = {page_->run, 0};
    }
    wreck_ = Wreck{RunId{suspect->run}, static_cast<int>(++suspect->deaths)};
}

void BlackBox::enter(RunId run) noexcept {
    page_->run = run.value;
    page_->inside.store(1, std::memory_order_release);
}

void BlackBox::leave() noexcept {
    page_->inside.store(0, std::memory_order_release);
    if (page_->suspects_known > 0) forget(RunId{page_->run});
}

void BlackBox::forget(RunId run) noexcept {
    const auto end = page_->suspects.begin() + page_->suspects_known;
    const auto suspect = std::ranges::find(page_->suspects.begin(), end, run.value, &Page::Suspect::run);
    if (suspect == end) return;
    *suspect = *(end - 1);
    --page_->suspects_known;
}

}  // namespace durable::worker
