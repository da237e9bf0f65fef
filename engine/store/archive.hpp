#pragma once
// An exported run (store::archive_of), read back. What was encrypted still is: PayloadGate::open does the
// rest.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

struct Archive {
    RunId run;
    std::vector<HistoryRow> rows;
    std::map<std::string, std::string> stored;  ///< digest -> bytes of large payloads; empty: erased
};

/// Whether the bytes look like an exported run at all, and not like text.
[[nodiscard]] bool is_archive(std::string_view bytes);
/// Throws DecodeError.
[[nodiscard]] Archive read_archive(std::string_view bytes);

}  // namespace durable::store
