// A slow disk: loaded into Postgres before everything else (LD_PRELOAD), it makes each flush take as many milliseconds
// longer as the file says that SLOW_DISK_FILE names. The file is read again and again: a disk that becomes quick does
// so for a flush that is under way as well.

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace {

std::chrono::milliseconds wanted() {
    const char* const file = std::getenv("SLOW_DISK_FILE");
    const int descriptor = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return {};
    std::array<char, 16> text{};
    const ssize_t got = ::read(descriptor, text.data(), text.size() - 1);
    ::close(descriptor);
    return std::chrono::milliseconds{got > 0 ? std::atoi(text.data()) : 0};
}

/// The server's signals cut a sleep short: the clock tells how long it was.
void take_time() {
    using Clock = std::chrono::steady_clock;
    const int error = errno;
    const auto begun = Clock::now();
    while (Clock::now() - begun < wanted()) ::usleep(5000);
    errno = error;
}

template <class Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int fsync(int file) {
    static const auto flush = real<int (*)(int)>("fsync");
    take_time();
    return flush(file);
}

extern "C" int fdatasync(int file) {
    static const auto flush = real<int (*)(int)>("fdatasync");
    take_time();
    return flush(file);
}

extern "C" int sync_file_range(int file, off64_t from, off64_t bytes, unsigned flags) {
    static const auto flush = real<int (*)(int, off64_t, off64_t, unsigned)>("sync_file_range");
    take_time();
    return flush(file, from, bytes, flags);
}
