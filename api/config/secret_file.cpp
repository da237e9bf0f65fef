#include "api/config/secret_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace callflex::config {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 20;

std::string reason() {
    return std::string{"cannot be read: "} + std::strerror(errno);
}

}  // namespace

FileText read_text(const std::filesystem::path& file) {
    FileText result;
    struct stat facts{};
    if (::stat(file.c_str(), &facts) != 0) {
        result.missing = errno == ENOENT || errno == ENOTDIR;
        result.problem = reason();
        return result;
    }
    if (S_ISDIR(facts.st_mode)) {
        result.problem = "is a folder";
        return result;
    }
    if (S_ISREG(facts.st_mode)) {
        result.others_read = (facts.st_mode & S_IROTH) != 0;
        result.others_write = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    }
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    if (!stream) {
        result.problem = reason();
        return result;
    }
    result.text.resize(file_bytes_max + 1);
    stream.read(result.text.data(), static_cast<std::streamsize>(result.text.size()));
    result.text.resize(static_cast<std::size_t>(stream.gcount()));
    if (stream.bad()) result.problem = reason();
    if (result.text.size() > file_bytes_max) result.problem = "has more than 1 MiB";
    return result;
}

FileText read_value(const std::filesystem::path& file) {
    FileText result = read_text(file);
    while (result.text.ends_with('\n') || result.text.ends_with('\r')) result.text.pop_back();
    return result;
}

}  // namespace callflex::config
