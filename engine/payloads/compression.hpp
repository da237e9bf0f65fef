#pragma once
// zstd, for texts of some KiB to some MiB. Thread-safe.

#include <string>
#include <string_view>

namespace durable::payloads {

/// A zstd frame that tells the size of its content.
[[nodiscard]] std::string compress(std::string_view text);
/// Throws DecodeError: not a frame, damaged, or its content has not the `size` promised.
[[nodiscard]] std::string decompress(std::string_view frame, std::size_t size);
/// The same, of a frame that tells its size.
[[nodiscard]] std::string decompress(std::string_view frame);

}  // namespace durable::payloads
