#include "engine/payloads/compression.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <stdexcept>

#include "engine/workflow/failure.hpp"
#include "engine/workflow/json_reader.hpp"

namespace durable::payloads {
namespace {

constexpr int level = 3;
/// More than any limit lets in: a frame that promises more is not ours.
constexpr std::size_t longest = std::size_t{256} << 20U;

}  // namespace

std::string compress(std::string_view text) {
    std::string frame(ZSTD_compressBound(text.size()), '\0');
    const std::size_t length = ZSTD_compress(frame.data(), frame.size(), text.data(), text.size(), level);
    if (ZSTD_isError(length) != 0) {
        throw std::runtime_error(fmt::format("zstd cannot compress: {}", ZSTD_getErrorName(length)));
    }
    frame.resize(length);
    return frame;
}

std::string decompress(std::string_view frame, std::size_t size) {
    if (size > longest) throw DecodeError("payload", "it promises more bytes than a payload may have");
    std::string text(size, '\0');
    const std::size_t length = ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
    if (ZSTD_isError(length) != 0) {
        throw DecodeError("payload", fmt::format("it does not decompress: {}", ZSTD_getErrorName(length)));
    }
    if (length != size)
        throw DecodeError("payload", "it decompresses to another size than it was written with");
    return text;
}

std::string decompress(std::string_view frame) {
    const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
        throw DecodeError("", "not a zstd frame of known size");
    }
    return decompress(frame, size);
}

}  // namespace durable::payloads
